import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCommandLine } from "../command-line/command-line.mjs";
import { addUp, addUpBeyondFree, type Charge, dollarsOf, mergeCharges } from "./cost/charges.ts";
import { countIdleMonth, countWork, type Workload } from "./cost/estimate.ts";
import { COST_PAGE, DOCUMENTED_ENVIRONMENT, formatCostPage, README, replaceReadmeTable } from "./cost/page.ts";
import { PRICED_IN, PRICED_REGION, priceOf } from "./cost/prices.ts";
import { type PricedStack, readStack } from "./cost/stack.ts";
import type { Command } from "./support/command-line.ts";
import { OperationError } from "./support/operation-error.ts";
import { formatColumns } from "./support/table.ts";

const MOST = 1_000_000_000;

/**
 * What an environment costs in a month: from the synthesized resources, measured durations and the price list. `--docs`
 * writes the tables of README.md and docs/cost.md instead.
 */
export const cost: Command = async (args, write) => {
  const { values, names } = readCommandLine("cost", args);
  if (values.docs) return writeDocuments(write);
  const environment = names[0] ?? DOCUMENTED_ENVIRONMENT;
  const workload: Workload = {
    images: parseCount("uploads", values.uploads),
    films: parseCount("conversions", values.conversions),
    views: parseCount("views", values.views),
  };
  for (const line of describeMonth(environment, readStackOf(environment), workload)) write(line);
};

function readStackOf(environment: string): PricedStack {
  return readStack(join("cdktf.out", "stacks", `darkroom-${environment}-media`));
}

function parseCount(option: string, text = "0"): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MOST) return count;
  throw new OperationError(`--${option} is "${text}"; expected a whole number a month, from 0 to ${MOST}.`);
}

function describeMonth(environment: string, stack: PricedStack, workload: Workload): string[] {
  const charges = mergeCharges([...countIdleMonth(stack), ...countWork(stack, workload)]);
  const dearest = [...charges].sort((a, b) => dollarsOf(b) - dollarsOf(a));
  const { images, films, views } = workload;
  return [
    `${environment}, a month with ${images} images of 12 MP, ${films} films of ten seconds, ${views} views`,
    `List prices of ${PRICED_REGION}, ${PRICED_IN}, in US dollars; how it is counted: docs/cost.md`,
    "",
    ...formatColumns(["resource", "quantity", "unit", "$"], dearest.map(formatRow)),
    "",
    `At list price: $ ${addUp(charges).toFixed(2)}`,
    `Where AWS's always-free allowances are used by nothing else: $ ${addUpBeyondFree(charges).toFixed(2)}`,
  ];
}

function formatRow(charge: Charge): string[] {
  const quantity = charge.quantity >= 100 ? Math.round(charge.quantity) : Number(charge.quantity.toPrecision(3));
  return [charge.resource, String(quantity), priceOf(charge.unit).unit, dollarsOf(charge).toFixed(3)];
}

function writeDocuments(write: (line: string) => void): void {
  const stack = readStackOf(DOCUMENTED_ENVIRONMENT);
  writeFileSync(COST_PAGE, formatCostPage(stack));
  writeFileSync(README, replaceReadmeTable(stack));
  write("Wrote docs/cost.md, and the table of README.md.");
}
