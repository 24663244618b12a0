import type { Charge } from "./charges.ts";
import { getFunction, type PricedStack } from "./stack.ts";

export const GIGABYTE = 1e9;
const GIGABYTE_IN_MB = 1024;
/** Of /tmp, in every function. */
const FREE_SCRATCH_MB = 512;
/** Start and report of a call, and a line of our own. */
const CALL_LOG_BYTES = 700;
/** X-Ray records one call a second, and of the others: */
const TRACED_PART = 0.05;

/** Calls of a function that take so long each, with what they log. Throws OperationError where the stack has no such function. */
export function countCalls(
  stack: PricedStack,
  name: string,
  calls: number,
  seconds: number,
  logBytes = CALL_LOG_BYTES,
): Charge[] {
  const resource = `aws_lambda_function.${name}`;
  const { memory_size: memoryMb, tracing_config: tracing, ephemeral_storage: scratch } = getFunction(stack, name);
  const scratchMb = Math.max(0, (scratch?.size ?? 0) - FREE_SCRATCH_MB);
  return [
    charge(resource, "lambdaArmGbSecond", (calls * seconds * memoryMb) / GIGABYTE_IN_MB),
    charge(resource, "lambdaScratchGbSecond", (calls * seconds * scratchMb) / GIGABYTE_IN_MB),
    charge(resource, "lambdaRequest", calls),
    charge(`aws_cloudwatch_log_group.${name}`, "logGigabyte", (calls * logBytes) / GIGABYTE),
    charge(resource, "trace", tracing?.mode === "Active" ? calls * TRACED_PART : 0),
  ];
}

export function charge(resource: string, unit: Charge["unit"], quantity: number): Charge {
  return { resource, unit, quantity };
}
