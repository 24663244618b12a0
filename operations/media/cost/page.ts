import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { addUp, addUpBeyondFree, type Charge, dollarsOf, mergeCharges, sumByService } from "../../cost/charges.ts";
import { PRICED_IN, PRICED_REGION, priceOf, UNITS } from "../../cost/prices.ts";
import type { PricedStack } from "../../cost/stack.ts";
import { formatMarkdown } from "../../support/table.ts";
import { countIdleMonth, countWork, type Workload } from "./estimate.ts";
import { ARM_FACTOR, FILM, IMAGE, IMAGE_WITH_AVIF, MEASURED_IN } from "./measured.ts";

/** Writes the tables of documents; `npm run docs` does it, and a test says when it is due. */

export const COST_PAGE = fileURLToPath(new URL("../../../docs/cost.md", import.meta.url));
export const README = fileURLToPath(new URL("../../../README.md", import.meta.url));
/** Whose stack the documents quote. */
export const DOCUMENTED_ENVIRONMENT = "prod";

const MARKS = ["<!-- cost: written by npm run docs -->", "<!-- /cost -->"] as const;
const NOTHING: Workload = { images: 0, films: 0, views: 0 };

/** A month each: what costs while nobody comes, without alarms (as in an environment that has none) and with, and with so many jobs. */
function listMonths(stack: PricedStack): (readonly [title: string, charges: readonly Charge[]])[] {
  const idle = countIdleMonth(stack);
  return [
    ["idle, nobody watching", idle.filter(({ unit }) => unit !== "alarm" && unit !== "dashboard")],
    ["idle", idle],
    ["10 000 images", [...idle, ...countWork(stack, { ...NOTHING, images: 10_000 })]],
    ["10 000 conversions", [...idle, ...countWork(stack, { ...NOTHING, films: 10_000 })]],
  ];
}

/** The table that README.md quotes: services down, months across. */
export function formatReadmeTable(stack: PricedStack): string {
  const months = listMonths(stack);
  const sums = months.map(([, charges]) => new Map(sumByService(charges)));
  const services = [...new Set(UNITS.map((unit) => priceOf(unit).service))].filter((service) =>
    sums.some((sum) => (sum.get(service) ?? 0) >= 0.005),
  );
  const rows = [
    ...services.map((service) => [service, ...sums.map((sum) => formatDollars(sum.get(service) ?? 0))]),
    ["**list price**", ...months.map(([, charges]) => `**${formatDollars(addUp(charges))}**`)],
    ["with the free allowances", ...months.map(([, charges]) => `**${formatDollars(addUpBeyondFree(charges))}**`)],
  ];
  const head = ["US dollars a month", ...months.map(([title]) => title)];
  return formatMarkdown(head, rows, [1, 2, 3, 4]);
}

/** README.md with its table as it is due. Throws where the marks are gone. */
export function replaceReadmeTable(stack: PricedStack, text = readFileSync(README, "utf8")): string {
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`README.md has no place for the table, between ${MARKS.join(" and ")}.`);
  return `${text.slice(0, begin + MARKS[0].length)}\n\n${formatReadmeTable(stack)}\n\n${text.slice(end)}`;
}

export function formatCostPage(stack: PricedStack): string {
  const [, idle, images, films] = listMonths(stack);
  return `# What it costs

Written by \`npm run docs\` from \`operations/cost/\`; do not edit it by hand. Any other month:

\`\`\`text
npm run cost -- prod --uploads 50000 --conversions 200 --views 1000000
\`\`\`

The resources are those of \`${DOCUMENTED_ENVIRONMENT}\` as it is synthesized. Prices are AWS's list prices of ${PRICED_REGION} in ${PRICED_IN}; others cost
more: eu-central-1 for S3's requests 8 %, tables 22 %, logs 26 %. Durations were measured in ${MEASURED_IN}.

${formatReadmeTable(stack)}

*Free allowances*: what AWS gives every account for ever (below); they are shared by all that runs in the account.

## What is counted

- **An image**: a phone's JPEG of 12 MP, ${megabytes(IMAGE.sourceBytes)} MB, ${IMAGE.cpuMs} ms of CPU (with AVIF ${IMAGE_WITH_AVIF.cpuMs}) for ${megabytes(IMAGE.renditionBytes)} MB of renditions.
- **A conversion**: ten seconds of Full HD, ${megabytes(FILM.sourceBytes)} MB, encoded to mp4 with poster and five thumbnails, ${FILM.cpuMs} ms of CPU. A film that fits
  already is only copied, for a fiftieth of that; a longer one costs in proportion.
- A vCPU of Lambda counts as ${ARM_FACTOR} times slower than the core that measured. The page asks for the status until it sees the end.
- Files are counted for as long as the lifecycle keeps them; those that stay for ever for their first month: they cost as much again
  in each that follows.
- Delivery only where \`--views\` says so. Not counted: taxes, data out of S3, retries, cold starts, alarms' notifications, and
  KMS's requests for the table's key (AWS's own: three cents a month of sweeps, within the free 20 000).
- Idle is Lambda's polling, five long polls on each of ${stack.consumedQueues.length} queues, all day, and what watches: ${Object.keys(stack.alarms).length} alarms, each
  paid for by the metrics that it watches, and a dashboard (three of up to 50 metrics are free). An environment without \`alarms\` (environments.ts) pays the first column.

${[idle, images, films].flatMap((month) => (month ? [formatMonth(...month)] : [])).join("\n\n")}

## Prices

${formatMarkdown(
  ["service", "unit", "$", "for", "free a month", "source"],
  UNITS.map((unit) => formatPrice(unit)),
  [2, 3, 4],
)}
`;
}

const LEAST_DOLLARS = 0.01;

/** Alarms in one row, and without what is below a cent. */
function formatMonth(title: string, charges: readonly Charge[]): string {
  const grouped = mergeCharges(
    charges.map((charge) =>
      charge.unit === "alarm" ? { ...charge, resource: "aws_cloudwatch_metric_alarm.*" } : charge,
    ),
  ).sort((a, b) => dollarsOf(b) - dollarsOf(a));
  const shown = grouped.filter((charge) => dollarsOf(charge) >= LEAST_DOLLARS);
  const rows = shown.map((charge) => [
    `\`${charge.resource}\``,
    formatQuantity(charge.quantity),
    priceOf(charge.unit).unit,
    dollarsOf(charge).toFixed(2),
  ]);
  const rest = grouped.length - shown.length;
  const table = formatMarkdown(["resource", "quantity", "unit", "$"], rows, [1, 3]);
  return `## ${title}, by resource\n\n${table}\n\n${rest} more below a cent each.`;
}

function formatPrice(unit: (typeof UNITS)[number]): string[] {
  const { dollars, per, unit: words, service, free, source } = priceOf(unit);
  const link = `[aws.amazon.com${source}](https://aws.amazon.com${source})`;
  // Not as 3.09e-8.
  const figure = dollars.toLocaleString("en", { useGrouping: false, maximumSignificantDigits: 12 });
  return [service, words, figure, groupThousands(per), free === undefined ? "" : groupThousands(free), link];
}

function formatQuantity(quantity: number): string {
  return quantity >= 100 ? groupThousands(Math.round(quantity)) : String(Number(quantity.toPrecision(3)));
}

function groupThousands(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

function formatDollars(dollars: number): string {
  return dollars.toFixed(2);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
