import type { Demand, Meter } from "./gauge.ts";
import { findReference, type WalkedStack } from "./stack.ts";
import type { Journey } from "./system-work.ts";
import { placeOf } from "./walk.ts";

/** What one job uses on its whole way: what its system tells, and what follows from how the stack is joined. */
export function listDemands(stack: WalkedStack, journey: Journey): Demand[] {
  return [
    ...useApis(stack, journey),
    ...useQueues(stack, journey),
    ...useStores(stack, journey),
    ...useDistributions(stack, journey),
  ];
}

const use = (stack: WalkedStack, address: string, meter: Meter, perJob: number): Demand => ({
  place: placeOf(stack, address),
  meter,
  perJob,
});

/** Each request passes a stage and calls the function behind its route. */
function useApis(stack: WalkedStack, { requests = {}, seconds = {} }: Journey): Demand[] {
  const { aws_apigatewayv2_route: routes, aws_apigatewayv2_stage: stages } = stack.resources;
  return Object.entries(requests).flatMap(([key, perJob]) => {
    const route = Object.values(routes).find(({ route_key }) => route_key === key);
    if (route === undefined)
      throw new Error(`The stack ${stack.name} has no route ${key}, which its own figures name.`);
    const stage = Object.entries(stages).find(([, { api_id }]) => api_id === route.api_id)?.[0];
    const called = findFunction(stack, route.target);
    return [
      ...(stage === undefined ? [] : [use(stack, `aws_apigatewayv2_stage.${stage}`, "request", perJob)]),
      ...(called === undefined
        ? []
        : [
            use(stack, called, "call", perJob),
            use(stack, called, "placeSecond", perJob * secondsOf(stack, seconds, called)),
          ]),
    ];
  });
}

function findFunction({ resources }: WalkedStack, target: string | undefined): string | undefined {
  const [, integration = ""] = findReference(target ?? "")?.split(".") ?? [];
  return findReference(resources.aws_apigatewayv2_integration[integration]?.integration_uri ?? "");
}

function secondsOf(stack: WalkedStack, seconds: Readonly<Record<string, number>>, address: string): number {
  const [, id = ""] = address.split(".");
  const found = seconds[id];
  if (found === undefined) throw new Error(`Nobody has said how long a call of ${address} takes in ${stack.name}.`);
  return found;
}

/**
 * A message waits in its batch for those before it, because jobs run one after another: under load batches are full, and each
 * message is held for as long as the whole batch.
 */
function useQueues(stack: WalkedStack, { messages = {}, seconds = {} }: Journey): Demand[] {
  const mappings = Object.entries(stack.resources.aws_lambda_event_source_mapping);
  return Object.entries(messages).flatMap(([queue, perJob]) => {
    const address = `aws_sqs_queue.${queue}`;
    const [id, mapping] = mappings.find(([, it]) => findReference(it.event_source_arn) === address) ?? [];
    const called = findReference(mapping?.function_name ?? "");
    if (mapping === undefined || called === undefined) throw new Error(`Nothing in ${stack.name} consumes ${address}.`);
    const taken = perJob * secondsOf(stack, seconds, called);
    return [
      use(stack, address, "message", perJob),
      use(stack, address, "heldSecond", taken * mapping.batch_size),
      use(stack, `aws_lambda_event_source_mapping.${id}`, "placeSecond", taken),
      use(stack, called, "call", perJob / mapping.batch_size),
      use(stack, called, "placeSecond", taken),
    ];
  });
}

function useStores(stack: WalkedStack, { objects = {}, units = {} }: Journey): Demand[] {
  return [
    ...Object.entries(objects).flatMap(([bucket, { put = 0, get = 0 }]) => [
      use(stack, `aws_s3_bucket.${bucket}`, "put", put),
      use(stack, `aws_s3_bucket.${bucket}`, "get", get),
      use(stack, `aws_s3_bucket.${bucket}`, "event", put),
    ]),
    ...Object.entries(units).flatMap(([table, { write = 0, read = 0 }]) => [
      use(stack, `aws_dynamodb_table.${table}`, "writeUnit", write),
      use(stack, `aws_dynamodb_table.${table}`, "readUnit", read),
    ]),
  ];
}

function useDistributions(stack: WalkedStack, { views = {} }: Journey): Demand[] {
  return Object.entries(views).flatMap(([id, { count, bytes }]) => {
    const address = `aws_cloudfront_distribution.${id}`;
    const origins = stack.resources.aws_cloudfront_distribution[id]?.origin ?? [];
    const origin = findReference(origins[0]?.domain_name ?? "");
    return [
      use(stack, address, "request", count),
      use(stack, address, "byte", count * bytes),
      ...(origin === undefined ? [] : [use(stack, origin, "get", count)]),
    ];
  });
}
