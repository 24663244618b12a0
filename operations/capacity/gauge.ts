import type { LimitId, LimitKind } from "./limits.ts";

/** What is counted at a place, all of it a second. */
export type Meter =
  | "request"
  | "call"
  /** Places taken: a call of two seconds takes two. */
  | "placeSecond"
  /** Messages in hand: one that is held for two seconds counts twice. */
  | "heldSecond"
  | "message"
  | "event"
  | "put"
  | "get"
  | "writeUnit"
  | "readUnit"
  | "byte";

/** A ceiling that the design of ours alone moves is told apart from one that AWS moves. */
export type CeilingKind = LimitKind | "design";

/** How much of something one place lets through, whatever comes. */
export interface Gauge {
  readonly limit: LimitId;
  /** `aws_dynamodb_table.jobs/abandoned`, or what several share. */
  readonly place: string;
  /** Whose use counts against it. @default the place alone */
  readonly places?: readonly string[];
  readonly meter: Meter;
  /** Undefined: see `why`. */
  readonly perSecond: number | undefined;
  /** Why there is no figure: `unpublished`, or what is not known. */
  readonly why?: string;
  readonly kind: CeilingKind;
  /** `500 requests/s` */
  readonly words: string;
  readonly movedBy: string;
  /** How far a setting of ours goes. */
  readonly mostPerSecond?: number;
  /** What happens beyond it. */
  readonly beyond: string;
}

/** What one job (or request, or view) uses at a place. */
export interface Demand {
  readonly place: string;
  readonly meter: Meter;
  readonly perJob: number;
}
