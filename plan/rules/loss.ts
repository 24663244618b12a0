import type { ResourceChange } from "../model/change.ts";
import { type Finding, type Sentence, say } from "../model/finding.ts";
import { type Value, valueAt } from "../model/value.ts";
import { findLoss, holdsData } from "./data.ts";

/** Terraform's words for why: https://developer.hashicorp.com/terraform/internals/json-format#change-representation */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "an earlier apply left it half made",
  replace_because_cannot_update: "",
  replace_by_request: "`-replace` asked for it",
  replace_by_triggers: "`replace_triggered_by` asks for it",
  delete_because_no_resource_config: "the stack no longer declares it",
  delete_because_no_module: "the stack no longer declares its module",
  delete_because_wrong_repetition: "`count` or `for_each` came or went",
  delete_because_count_index: "its index is beyond `count`",
  delete_because_each_key: "its key is no longer in `for_each`",
  delete_because_no_move_target: "it was moved to an address that nothing declares",
};

/** Types of which a build destroys and makes some each time: their own line each would bury what matters. */
const BUILT = ["aws_s3_object", "aws_lambda_layer_version"];

/** Every destroy and every replacement, with what forces it and whether data is lost. */
export function listLosses(changes: readonly ResourceChange[]): Finding[] {
  const lost = changes.filter(({ kind }) => kind === "destroy" || kind === "replace" || kind === "forget");
  const single = lost.filter((it) => !isBuilt(it)).map((it) => toFinding(it, changes));
  const built = BUILT.flatMap((type) =>
    summarizeBuilt(
      type,
      lost.filter((it) => isBuilt(it) && it.type === type),
    ),
  );
  return [...single, ...built];
}

function isBuilt({ type, isDeposed }: ResourceChange): boolean {
  return BUILT.includes(type) && !isDeposed;
}

function toFinding(change: ResourceChange, changes: readonly ResourceChange[]): Finding {
  return {
    category: "loss",
    change,
    sentence: [
      `is ${verbOf(change)}`,
      ...describeCause(change),
      ...describeData(change),
      ...hintAtMove(change, changes),
    ],
  };
}

/** What AWS knows a resource by, where it holds data. */
const PHYSICAL_NAMES = ["bucket", "name"];

/** One of the same name in AWS that comes while this one goes is most likely the same, by another Terraform id. */
function hintAtMove({ kind, type, before }: ResourceChange, changes: readonly ResourceChange[]): Sentence {
  if (kind !== "destroy" || holdsData(type) === "no") return [];
  const heirs = PHYSICAL_NAMES.flatMap((attribute) => {
    const name = valueAt(before, attribute);
    const isHeir = (it: ResourceChange) =>
      it.kind === "add" && it.type === type && valueAt(it.after, attribute) === name;
    return typeof name === "string" ? changes.filter(isHeir) : [];
  });
  const [heir] = heirs;
  return heir ? say` ${heir.address} comes with the same name: if it is the same, ${MOVE} in the code keeps it.` : [];
}

const MOVE = "moveFromId";

function verbOf({ kind, isDeposed }: ResourceChange): string {
  if (isDeposed) return "**destroyed** (the leftover of an earlier replacement)";
  if (kind === "forget") return "**forgotten**: it stays in AWS, and Terraform no longer manages it";
  return kind === "replace" ? "**replaced**" : "**destroyed**";
}

function describeCause({ forcedBy, reason = "", before, after }: ResourceChange): Sentence {
  const words = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  const cause: Sentence = words ? [`: ${words}`] : reason && words === undefined ? say`: ${reason}` : [];
  const forced = forcedBy.flatMap((path, index) => [
    ...(index === 0 ? [", forced by "] : [", "]),
    ...say`${[path]} (${lookUp(before, path)} → ${lookUp(after, path)})`,
  ]);
  return [...forced, ...cause];
}

function lookUp(root: Value, path: string): Value | undefined {
  const steps = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => name ?? Number(index));
  return valueAt(root, ...steps);
}

function describeData({ kind, type }: ResourceChange): Sentence {
  if (kind === "forget") return ["."];
  const holds = holdsData(type);
  if (holds === "yes") return [`. **Holds data: ${findLoss(type)} is lost.**`];
  if (holds === "unlisted") return say`. **May hold data**: ${type} is not on the list in plan/rules/data.ts.`;
  return [". Holds no data."];
}

function summarizeBuilt(type: string, changes: readonly ResourceChange[]): Finding[] {
  if (changes.length === 0) return [];
  const names = changes.map(({ address }) => address);
  const [one] = changes;
  const isAlone = changes.length === 1;
  const what = type === "aws_s3_object" ? "built file" : "version of a built layer";
  const sentence: Sentence = [
    `${changes.length} ${what}${isAlone ? " is" : "s are"} destroyed or replaced; a build makes ${isAlone ? "it" : "them"} again: `,
    ...say`${names}.`,
  ];
  return [{ category: "loss", change: isAlone ? one : undefined, sentence }];
}
