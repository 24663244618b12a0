import type { LocalResource } from "../model/resources/resource.ts";
import type { StackRuntime } from "../runtime.ts";
import { listServices, type Made } from "../service.ts";
import { cdn } from "./cdn/index.ts";
import { dynamodb } from "./dynamodb/index.ts";
import { httpApi } from "./http-api/index.ts";
import { iam } from "./iam/index.ts";
import { lambda } from "./lambda/index.ts";
import { logs } from "./logs/index.ts";
import { s3 } from "./s3/index.ts";
import { schedule } from "./schedule/index.ts";
import { sqs } from "./sqs/index.ts";
import { sts } from "./sts/index.ts";
import { watching } from "./watching/index.ts";

/**
 * Every service of the laptop runtime, in the order of starting: one stands after those that it needs, and stops before them.
 * A new one is added here and nowhere else: docs/add-a-laptop-service.md.
 */
export const SERVICES = listServices([iam, logs, sts, dynamodb, sqs, s3, lambda, httpApi, cdn, schedule, watching]);

/** All that run, by name. */
export type Services = Made<typeof SERVICES>;

/** Every Terraform type that the runtime honours; a stack that declares another is refused by name. */
export const LOCAL_RESOURCES: readonly LocalResource<StackRuntime & Services>[] = SERVICES.flatMap<
  LocalResource<StackRuntime & Services>
>(({ resources }) => resources);
