import { defineRoute } from "../../http/route.ts";
import { ADDRESSES } from "../addresses.ts";
import type { LimitsResponse } from "../api.ts";

/** Tells what is accepted. */
export const limitsRoute = defineRoute<{ response: LimitsResponse }>()({
  ...ADDRESSES.limits,
  auth: "none",
  errors: [],
});
