import type { Route } from "../../http/route.ts";
import type { ADDRESSES } from "../addresses.ts";
import { limitsRoute } from "./limits.ts";
import { presignRoute } from "./presign.ts";
import { statusRoute } from "./status.ts";

/** Every route of the API. Functions import their own, by file: all of them together carry every schema. */
export const ROUTES = { presign: presignRoute, limits: limitsRoute, status: statusRoute } as const satisfies Record<
  keyof typeof ADDRESSES,
  Route
>;
