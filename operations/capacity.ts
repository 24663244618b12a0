import { writeFileSync } from "node:fs";
import { readCommandLine } from "../command-line/command-line.mjs";
import type { Rates } from "./capacity/ceilings.ts";
import { describeCapacity } from "./capacity/describe.ts";
import { type AppliedQuotas, getLimit, LIMIT_IDS } from "./capacity/limits.ts";
import { CAPACITY_PAGE, DOCUMENTED_ENVIRONMENT, formatCapacityPage } from "./capacity/page.ts";
import { readWalk } from "./capacity/systems.ts";
import type { Command } from "./support/command-line.ts";
import { OperationError } from "./support/operation-error.ts";

const MOST = 1_000_000_000;

/**
 * Which ceiling an environment meets first: every one on the way of a request or a job, by the synthesized stacks and AWS's
 * limits. `--docs` writes docs/capacity.md instead.
 */
export const capacity: Command = async (args, write) => {
  const { values, names } = readCommandLine("capacity", args);
  if (values.docs) {
    writeFileSync(CAPACITY_PAGE, formatCapacityPage(readWalk(DOCUMENTED_ENVIRONMENT)));
    return write("Wrote docs/capacity.md.");
  }
  const environment = names[0] ?? DOCUMENTED_ENVIRONMENT;
  const rates = parseRates({
    uploads: values["uploads-per-second"],
    conversions: values["conversions-per-second"],
    views: values["views-per-second"],
  });
  const walk = readWalk(environment, parseQuotas(values.quota ?? []));
  for (const line of describeCapacity(environment, walk, rates)) write(line);
};

/** One upload a second, where nothing is asked: the ceilings are the same. */
function parseRates(texts: Readonly<Record<keyof Rates, string | undefined>>): Rates {
  const isAsked = Object.values(texts).some((text) => text !== undefined);
  const rates = {
    uploads: parseRate("uploads", texts.uploads ?? (isAsked ? "0" : "1")),
    conversions: parseRate("conversions", texts.conversions ?? "0"),
    views: parseRate("views", texts.views ?? "0"),
  };
  if (Object.values(rates).some((rate) => rate > 0)) return rates;
  throw new OperationError(
    "Nothing a second passes every ceiling; expected a number above 0, as in --uploads-per-second 1000.",
  );
}

function parseRate(name: keyof Rates, text: string): number {
  const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (rate <= MOST) return rate;
  throw new OperationError(`--${name}-per-second is "${text}"; expected a number from 0 to ${MOST}.`);
}

function parseQuotas(texts: readonly string[]): AppliedQuotas {
  const known = LIMIT_IDS.flatMap((id) => getLimit(id).quotaCode ?? []);
  return Object.fromEntries(
    texts.map((text) => {
      const [, code = "", value = ""] = /^([^=]*)=(\d+)$/.exec(text) ?? [];
      if (!known.includes(code) || Number(value) === 0 || Number(value) > MOST)
        throw new OperationError(
          `--quota is "${text}"; expected <code>=<value>, the code one of ${known.join(", ")}.\nWhat an account was given: aws service-quotas get-service-quota --service-code lambda --quota-code L-B99A9384`,
        );
      return [code, Number(value)];
    }),
  );
}
