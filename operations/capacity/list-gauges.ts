import type { Gauge } from "./gauge.ts";
import type { Walk } from "./walk.ts";
import { walkApis } from "./walk-apis.ts";
import { walkFunctions } from "./walk-functions.ts";
import { walkQueues } from "./walk-queues.ts";
import { walkStores } from "./walk-stores.ts";

/** Every ceiling on the way of a request or a job, whatever comes. Pure; knows Terraform's types and no system. */
export function listGauges(walk: Walk): Gauge[] {
  return [walkApis, walkFunctions, walkQueues, walkStores].flatMap((walkSome) => walkSome(walk));
}
