import type { TerraformStack } from "cdktf";
import type { HttpApi } from "../constructs/http-api.ts";
import { SavedQuery } from "../constructs/saved-query.ts";
import { type NamingScope, namePrefix } from "../support/naming.ts";
import type { Functions } from "./functions.ts";

/** Any id; whoever asks puts theirs in. */
const EXAMPLE_JOB = "00000000-0000-4000-8000-000000000000";

/** What is asked of the logs at three in the morning. Each line of every function about a job has its `jobId`. */
export function createSavedQueries(
  stack: TerraformStack,
  naming: NamingScope,
  { functions, api }: { readonly functions: Functions; readonly api: HttpApi },
): void {
  const all = Object.values(functions).map(({ logGroupName }) => logGroupName);
  const save = (id: string, name: string, logGroupNames: readonly string[], ...commands: readonly string[]) =>
    new SavedQuery(stack, id, {
      queryName: `${namePrefix(naming)}/${name}`,
      logGroupNames,
      commands,
    });

  save(
    "job",
    "What happened to a job (put its id in)",
    all,
    "fields @timestamp, service, level, message, attempt, outcome, code, error.message",
    `filter jobId = "${EXAMPLE_JOB}" and ispresent(message)`,
    "sort @timestamp asc",
  );
  save(
    "failures",
    "Why jobs failed",
    all,
    'filter outcome = "FAILED" and ispresent(message)',
    "stats count(*) as jobs, latest(jobId) as example by service, code",
    "sort jobs desc",
  );
  save(
    "faults",
    "Faults of our own, newest first",
    all,
    'filter level = "ERROR"',
    "fields @timestamp, service, message, error.name, error.message, jobId, requestId",
    "sort @timestamp desc",
    "limit 100",
  );
  save(
    "slow",
    "Slowest jobs",
    all,
    'filter outcome = "COMPLETED" and ispresent(message)',
    "fields @timestamp, service, jobId, seconds, bytesIn, bytesOut, renditions, attempt",
    "sort seconds desc",
    "limit 50",
  );
  save(
    "starts",
    "Memory and cold starts",
    all,
    'filter type = "platform.report"',
    "stats max(record.metrics.maxMemoryUsedMB) as maxMb, count(record.metrics.initDurationMs) as coldStarts, pct(record.metrics.initDurationMs, 95) as coldP95Ms by @log",
  );
  save(
    "requests",
    "Who calls the API, and is refused",
    [api.logGroupName],
    "filter status >= 400",
    "stats count(*) as requests by ip, status, route",
    "sort requests desc",
    "limit 50",
  );
}
