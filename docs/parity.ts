import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LOCAL_RESOURCES } from "../local/services/index.ts";
import { type ApplyResult, readApplyResult } from "../tests/apply/results.ts";
import { LAPTOP_DIFFERENCES } from "../tests/parity/known-differences.ts";
import type { Finding, Probe } from "../tests/parity/probe.ts";
import { PROBES } from "../tests/parity/probes/index.ts";
import { readResults } from "../tests/parity/results.ts";
import { formatTable } from "./format-table.ts";

/** Writes docs/parity.md from the committed results of runs: `npx tsx docs/parity.ts`. A test says when it is due. */

export const PARITY_PAGE = fileURLToPath(new URL("./parity.md", import.meta.url));

const NOT_RUN = "not run";

export function formatParity(): string {
  const [moto, aws] = [readApplyResult("moto"), readApplyResult("aws")];
  return `# Parity

What was seen to behave as AWS does, and where: on the laptop runtime, on moto, in an account of AWS. Made by
\`npx tsx docs/parity.ts\` from the results of runs, which tests repeat; do not edit it by hand. "${NOT_RUN}" means just that.

## Does it apply?

\`npm run test:apply\` takes a checkout through a platform engineer's day with the project's own commands, the real Terraform and
the real provider: every stack, with alarms and a budget, into an empty account. No plan of it may hold a change that nobody asked for.

${formatSteps(moto, aws)}

\`--endpoint <url>\` takes LocalStack, Floci or another emulator, and says by name what it lacks. \`--account <id>\` takes AWS:
a sandbox, as dev is deployed there and destroyed again.

## Terraform types

On the laptop nothing is applied: \`npm start\` reads the same file as Terraform, and refuses a type or an attribute that it does
not honour. On moto and AWS "applies" means: made, found unchanged by a second plan, and destroyed.

${formatTypes(moto, aws)}

${formatIgnored(moto)}

moto takes every condition of a bucket's policy for fulfilled, so that "deny what comes without TLS" shuts everybody out. In
this run bucket policies stop at a door before it, which answers for them.

## Behaviours

${PROBES.length} behaviours of AWS on which Darkroom relies, each with the page that promises it. \`npx tsx tests/parity/main.ts --target
laptop|moto|aws\` asks. Here moto runs as it comes.

${formatCounts()}

${[...new Set(PROBES.map(({ service }) => service))].map(formatService).join("\n\n")}
`;
}

function formatSteps(moto: ApplyResult | undefined, aws: ApplyResult | undefined): string {
  const steps = [...new Set([moto, aws].flatMap((it) => it?.steps ?? []).map(({ step }) => step))];
  const outcome = (result: ApplyResult | undefined, step: string) =>
    result?.steps.find((it) => it.step === step)?.outcome ?? NOT_RUN;
  const named = moto ? `${moto.target} (Terraform ${moto.terraform}, provider ${moto.provider})` : "moto";
  return formatTable(
    ["step", named, "AWS"],
    steps.map((step) => [step, outcome(moto, step), outcome(aws, step)]),
  );
}

function formatTypes(moto: ApplyResult | undefined, aws: ApplyResult | undefined): string {
  const types = new Set([moto, aws].flatMap((it) => [...(it?.applied ?? []), ...Object.keys(it?.leftOut ?? {})]));
  return formatTable(
    ["type", "laptop", "moto", "AWS"],
    [...types]
      .sort()
      .map((type) => [`\`${type}\``, formatLaptop(type), formatApplied(moto, type), formatApplied(aws, type)]),
  );
}

function formatLaptop(type: string): string {
  const resource = LOCAL_RESOURCES.find((it) => it.type === type);
  if (!resource) return "refused";
  return resource.withoutEffect ? `no effect. ${resource.withoutEffect}` : "runs";
}

function formatApplied(result: ApplyResult | undefined, type: string): string {
  if (!result) return NOT_RUN;
  return result.applied.includes(type) ? "applies" : `left out: ${result.leftOut[type]}`;
}

function formatIgnored(moto: ApplyResult | undefined): string {
  const rows = Object.entries(moto?.ignored ?? {}).flatMap(([type, attributes]) =>
    Object.entries(attributes).map(([attribute, reason]) => [`\`${type}\``, `\`${attribute}\``, reason]),
  );
  return `What moto takes and answers for otherwise is applied, and left out of the comparison:

${formatTable(["type", "attribute", "what moto answers"], rows)}`;
}

function formatCounts(): string {
  const targets = ["laptop", "moto", "aws"] as const;
  const count = (target: (typeof targets)[number], is: (finding: Finding) => boolean) => {
    const results = readResults(target);
    return results ? String(Object.values(results.findings).filter(is).length) : NOT_RUN;
  };
  const version = readResults("moto")?.version;
  return formatTable(
    ["", "laptop", `moto ${version ?? ""}`, "AWS"],
    [
      ["as AWS", ...targets.map((it) => count(it, (finding) => "holds" in finding && finding.holds))],
      ["otherwise", ...targets.map((it) => count(it, (finding) => "holds" in finding && !finding.holds))],
      ["not there", ...targets.map((it) => count(it, (finding) => "absent" in finding))],
    ],
  );
}

function formatService(service: Probe["service"]): string {
  const rows = PROBES.filter((it) => it.service === service).map((probe) => [
    `[${probe.behaviour.replace(/\.$/, "")}](${probe.source})`,
    formatFinding("laptop", probe),
    formatFinding("moto", probe),
    formatFinding("aws", probe),
  ]);
  return `### ${service}\n\n${formatTable(["behaviour", "laptop", "moto", "AWS"], rows)}`;
}

function formatFinding(target: "laptop" | "moto" | "aws", { id, isRace = false }: Probe): string {
  const finding = readResults(target)?.findings[id];
  if (!finding) return NOT_RUN;
  if ("absent" in finding) return `not there: ${finding.absent}`;
  if (finding.holds) return isRace && target !== "laptop" ? "yes, this time: it is a race" : "yes";
  const reason = target === "laptop" ? LAPTOP_DIFFERENCES[id] : undefined;
  return `**no**: ${reason ?? finding.saw}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(PARITY_PAGE, formatParity());
