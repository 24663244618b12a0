import { writeFileSync } from "node:fs";
import { readCommandLine } from "../command-line/command-line.mjs";
import { addUp, addUpBeyondFree, type Charge, dollarsOf, mergeCharges } from "./cost/charges.ts";
import { PRICED_IN, PRICED_REGION, priceOf } from "./cost/prices.ts";
import { type PricedStack, readStacks } from "./cost/stack.ts";
import { countMonth, knowsWork } from "./cost/systems.ts";
import type { Workload } from "./media/cost/estimate.ts";
import { COST_PAGE, DOCUMENTED_ENVIRONMENT, formatCostPage, README, replaceReadmeTable } from "./media/cost/page.ts";
import type { Command } from "./support/command-line.ts";
import { OperationError } from "./support/operation-error.ts";
import { formatColumns } from "./support/table.ts";

const MOST = 1_000_000_000;

/**
 * What an environment costs in a month, all its stacks together: from the synthesized resources, measured durations and the price list. `--docs`
 * writes the tables of README.md and docs/cost.md instead.
 */
export const cost: Command = async (args, write) => {
  const { values, names } = readCommandLine("cost", args);
  if (values.docs) return writeDocuments(write);
  const [environment = DOCUMENTED_ENVIRONMENT, ...systems] = names;
  const workload: Workload = {
    images: parseCount("uploads", values.uploads),
    films: parseCount("conversions", values.conversions),
    views: parseCount("views", values.views),
  };
  for (const line of describeMonth(environment, readStacks(environment, systems), workload)) write(line);
};

function parseCount(option: string, text = "0"): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MOST) return count;
  throw new OperationError(`--${option} is "${text}"; expected a whole number a month, from 0 to ${MOST}.`);
}

function describeMonth(environment: string, stacks: readonly PricedStack[], workload: Workload): string[] {
  const months = stacks.map((stack) => {
    const system = stack.name.slice(`darkroom-${environment}-`.length);
    return { system, charges: mergeCharges(countMonth(system, stack, workload)) };
  });
  const rows = months.flatMap(({ system, charges }) => charges.map((charge) => ({ system, charge })));
  const dearest = rows.sort((a, b) => dollarsOf(b.charge) - dollarsOf(a.charge));
  const all = months.flatMap(({ charges }) => charges);
  const { images, films, views } = workload;
  return [
    `${environment}, a month with ${images} images of 12 MP, ${films} films of ten seconds, ${views} views`,
    `List prices of ${PRICED_REGION}, ${PRICED_IN}, in US dollars; how it is counted: docs/cost.md`,
    "",
    ...formatColumns(["system", "resource", "quantity", "unit", "$"], dearest.map(formatRow)),
    "",
    ...months.map(({ system, charges }) => `${system}: $ ${addUp(charges).toFixed(2)}${describeScope(system)}`),
    `At list price: $ ${addUp(all).toFixed(2)}`,
    `Where AWS's always-free allowances are used by nothing else: $ ${addUpBeyondFree(all).toFixed(2)}`,
  ];
}

function describeScope(system: string): string {
  return knowsWork(system) ? "" : " idle; what its people do is not counted";
}

function formatRow({ system, charge }: { readonly system: string; readonly charge: Charge }): string[] {
  const quantity = charge.quantity >= 100 ? Math.round(charge.quantity) : Number(charge.quantity.toPrecision(3));
  const { unit } = priceOf(charge.unit);
  return [system, charge.resource, String(quantity), unit, dollarsOf(charge).toFixed(3)];
}

function writeDocuments(write: (line: string) => void): void {
  const [stack] = readStacks(DOCUMENTED_ENVIRONMENT, ["media"]);
  if (!stack) throw new Error("Nothing was read.");
  writeFileSync(COST_PAGE, formatCostPage(stack));
  writeFileSync(README, replaceReadmeTable(stack));
  write("Wrote docs/cost.md, and the table of README.md.");
}
