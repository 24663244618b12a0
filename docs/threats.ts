import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { formatTable } from "./format-table.ts";
import { THREAT_TOPICS, type Threat } from "./threat-model.ts";
import { findThreatTests } from "./threat-tests.ts";

/** Writes docs/threats.md from the threat model and the titles of the tests: `npx tsx docs/threats.ts`. A test says when it is due. */

export const THREATS_PAGE = fileURLToPath(new URL("./threats.md", import.meta.url));

export function formatThreats(): string {
  const tests = findThreatTests();
  return `# Threats

Made from \`docs/threat-model.ts\` and the titles of the tests by \`npx tsx docs/threats.ts\`; do not edit it by hand.

What can go wrong or be tried, what stands against it, and the test files that fail when it is taken away. Comments cite a row as
\`threats.md U1\`; a test whose title begins with \`U1:\` or ends with \`(U1)\` holds it. What the synthesized Terraform can
show is held by the rules of [policy-rules.md](policy-rules.md) as well. A row without a test fails \`npm test\`, and so does an
id that has no row.

${Object.entries(THREAT_TOPICS)
  .map(([topic, threats]) => formatTopic(topic, threats, tests))
  .join("\n\n")}

## Under load

What all of it is worth together, \`npm run soak\` shows: a thousand uploads, fifty at a time, of which 85 of 100 are sound, ten damaged
and five hostile, while workers and whole runtimes are killed with \`kill -9\`. Each ends once and in one way, none is lost, no
completed job lacks a file, and each message that is delivered again changes nothing. A small run of it is among the tests.
`;
}

function formatTopic(
  topic: string,
  threats: Readonly<Record<string, Threat>>,
  tests: ReadonlyMap<string, readonly string[]>,
): string {
  const rows = Object.entries(threats).map(([id, { threat, defence, comesWith }]) => [
    id,
    threat,
    defence,
    (tests.get(id) ?? []).map(formatLink).join(", ") || (comesWith ? `comes with ${comesWith}` : "none"),
  ]);
  return `## ${topic}\n\n${formatTable(["id", "threat", "defence", "held by"], rows)}`;
}

function formatLink(path: string): string {
  return `[${path.replace(/^tests\//, "").replace(/\.ts$/, "")}](../${path})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(THREATS_PAGE, formatThreats());
