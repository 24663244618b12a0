import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, type GoalResult, interleave, judgeAtMost } from "../measure.ts";
import { timeCommand, timeUntil } from "./npm-command.ts";
import { type ProjectCopy, withProjectCopy } from "./project-copy.ts";

const GOAL = 13;
const BUILD = ["run", "build", "--", "--laptop"];
const NOTHING = "bench-nothing";

/** Goal 13: the commands as a person types them, in a copy of the project. The floor is npm and Node with nothing to do. */
export function measureCommands(): Promise<readonly GoalResult[]> {
  return withProjectCopy(async (copy) => {
    await addEmptyCommand(copy);
    const figures = await interleave({
      changed: async () => {
        await copy.change();
        return await timeCommand(copy, BUILD);
      },
      unchanged: () => timeCommand(copy, BUILD),
      synth: () => timeCommand(copy, ["run", "synth"]),
      start: () => timeUntil(copy, ["start"], "Press Ctrl-C"),
      floor: () => timeCommand(copy, ["run", NOTHING]),
    });
    const line = { goal: GOAL, unit: "s", floor: figures.floor };
    return [
      judgeAtMost({ ...line, what: "npm run build, unchanged", ours: figures.unchanged }, 0.5),
      judgeAtMost({ ...line, what: "npm run build, all functions changed", ours: figures.changed }, 2),
      judgeAtMost({ ...line, what: "npm run synth, all environments", ours: figures.synth }, 1),
      judgeAtMost({ ...line, what: "second npm start, until it is up", ours: figures.start }, 5),
    ];
  });
}

async function addEmptyCommand({ folder }: ProjectCopy): Promise<void> {
  const path = join(folder, "package.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  manifest.scripts[NOTHING] = "node --eval 0";
  await writeFile(path, JSON.stringify(manifest));
}

/** Goal 13 of performance.md. */
export const commandBenches: Readonly<Record<number, readonly Bench[]>> = { [GOAL]: [measureCommands] };
