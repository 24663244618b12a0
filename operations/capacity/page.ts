import { fileURLToPath } from "node:url";
import { formatMarkdown } from "../support/table.ts";
import { type Ceiling, findFirstOfOurs, listCeilings } from "./ceilings.ts";
import { getLimit, LIMIT_IDS, LIMITS_SEEN_ON } from "./limits.ts";
import { formatNumber, type Walk } from "./walk.ts";

export const CAPACITY_PAGE = fileURLToPath(new URL("../../docs/capacity.md", import.meta.url));
/** Whose stacks the document quotes. */
export const DOCUMENTED_ENVIRONMENT = "prod";

const ONE_UPLOAD = { uploads: 1, conversions: 0, views: 0 };
const ONE_CONVERSION = { uploads: 0, conversions: 1, views: 0 };

export function formatCapacityPage(walk: Walk): string {
  const ceilings = listCeilings(walk, ONE_UPLOAD);
  const ours = findFirstOfOurs(ceilings);
  return `# How much it takes

Written by \`npm run docs\` from \`operations/capacity/\`; do not edit it by hand. Any other load, or an account's own quotas:

\`\`\`text
npm run capacity -- prod --uploads-per-second 1000
npm run capacity -- prod --conversions-per-second 5 --views-per-second 2000 --quota L-B99A9384=10000
\`\`\`

Every synthesized stack of the environment is walked: API stages, functions, queues and what consumes them, buckets, tables and their
indexes, distributions. What a place lets through a second, by its setting or AWS's limit, over what one job uses there, is where it breaks.

- **What Terraform cannot tell** a system tells of itself in \`operations/<system>/capacity.ts\`: requests, seconds, PUTs and write units of a job, how
  many values a key takes. Of media they are what [costs](cost.md) are counted from. A system without that file gets its ceilings in their own units.
- **Kinds**: *setting*: a field of \`environments.ts\` moves it. *quota*: Service Quotas, by its code. *design*: only our code moves it. *ramp*: AWS grows
  it by itself under load that stays, and it holds until then. *AWS*: hard.
- Batches count as full, views as asking the origin each, traces as one call in twenty. Bursts and AWS's unused reserve count for nothing.
- **No figure is no promise**: what no page publishes is told as *unpublished*.
- Held against a simulation in virtual time: the real adapter's writes, by their real sizes and keys, on a table whose partitions have AWS's limits, behind
  stages, functions and queues that have theirs (\`bench/capacity/\`). What is told there and here differs by less than a fifth.

## A picture of 12 MP, in \`${DOCUMENTED_ENVIRONMENT}\` (${walk.region})

${formatCeilings(ceilings, "uploads/s")}

${ours ? `The first of ours, with every setting as far as it goes: \`${ours.place}\` (${ours.limit}), at ${formatNumber(ours.holdsTimes)} uploads a second.` : ""}

## A film of ten seconds, encoded

${formatCeilings(listCeilings(walk, ONE_CONVERSION).slice(0, 5), "films/s")}

The first five.

## Limits, as seen on ${LIMITS_SEEN_ON}

*Confidence*: D AWS's own page or SDK model, R reported by others, M from memory. A new account has less where † stands: look at yours with
\`aws service-quotas get-service-quota\` or \`aws lambda get-account-settings\`.

${formatLimits()}
`;
}

function formatCeilings(ceilings: readonly Ceiling[], unit: string): string {
  const rows = ceilings.flatMap(({ holdsTimes, place, words, kind, movedBy }) =>
    holdsTimes === undefined ? [] : [[formatNumber(holdsTimes), `\`${place}\``, words, kind, movedBy]],
  );
  return formatMarkdown([unit, "where", "what", "kind", "moved by"], rows, [0]);
}

function formatLimits(): string {
  const rows = LIMIT_IDS.map((id) => {
    const { what, value, unit, kind, movedBy, quotaCode, regions, isLessInNewAccounts, source, confidence } =
      getLimit(id);
    const figure = value === undefined ? (kind === "setting" ? "ours" : "unpublished") : formatNumber(value);
    return [
      `\`${id}\``,
      what,
      `${figure} ${value === undefined ? "" : unit}`.trim() + (isLessInNewAccounts ? " †" : ""),
      [kind, quotaCode, movedBy].filter((words) => words !== undefined && words !== "").join("; "),
      formatRegions(regions),
      `[${new URL(source).hostname}](${source})`,
      confidence,
    ];
  });
  return formatMarkdown(["id", "limit", "value", "kind, what moves it", "Regions", "source", ""], rows);
}

function formatRegions(regions: Readonly<Record<string, number>> = {}): string {
  const values = [...new Set(Object.values(regions))];
  return values
    .map(
      (value) =>
        `${formatNumber(value)} in ${Object.keys(regions)
          .filter((it) => regions[it] === value)
          .join(", ")}`,
    )
    .join("; ");
}
