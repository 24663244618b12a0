import type { WalkedStack } from "./stack.ts";

/** What people do, by the option that says how often. */
export type JourneyName = "uploads" | "conversions" | "views";

/**
 * One thing that people do, and what Terraform cannot tell of it. Ids are those of the stack's resources: `presign` is
 * `aws_lambda_function.presign`.
 */
export interface Journey {
  readonly name: JourneyName;
  /** `pictures of 12 MP` */
  readonly title: string;
  /** How often each route is asked, by its key: `GET /status`. */
  readonly requests?: Readonly<Record<string, number>>;
  /** Messages that come into each queue. */
  readonly messages?: Readonly<Record<string, number>>;
  /** That a request, or one message of a batch, keeps a place of each function. */
  readonly seconds?: Readonly<Record<string, number>>;
  /** On each bucket. */
  readonly objects?: Readonly<Record<string, { readonly put?: number; readonly get?: number }>>;
  /** Of each table, and of each index by itself: `jobs/abandoned`. */
  readonly units?: Readonly<Record<string, { readonly write?: number; readonly read?: number }>>;
  /** On each distribution. Every view is counted as one that asks the origin: the dearest case. */
  readonly views?: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
}

/** A figure of the system's own code, which no limit of AWS's tells. */
export interface OwnFigure {
  readonly place: string;
  /** `ends 400 abandoned uploads/s` */
  readonly words: string;
  readonly movedBy: string;
}

/** What a system tells of itself, so that its ceilings can be told in its own words. */
export interface SystemWork {
  readonly journeys: (stack: WalkedStack) => readonly Journey[];
  /** How many values the hash key of each table and index takes; `jobs/abandoned`. */
  readonly hashValues: Readonly<Record<string, number | "one per job">>;
  /** The field of environments.ts that moves a resource, and how far it goes; what has none is moved by the code alone. */
  readonly fields: Readonly<Record<string, { readonly field: string; readonly most: number }>>;
  readonly ownFigures: (stack: WalkedStack) => readonly OwnFigure[];
  /** What nobody has measured. */
  readonly unknown: readonly string[];
}
