import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { withScratchFolder } from "../scratch.ts";

/** What commands write, what is large, and what stands for the folder itself. */
const LEFT_OUT = ["node_modules", "dist", "cdktf.out", "hcl.out", "coverage", ".git", ".darkroom", ".cache", ".gen"];

/** A file that every function's bundle holds. */
const CHANGED_FILE = "lambdas/support/errors.ts";

export interface ProjectCopy {
  readonly folder: string;
  /** For commands: nothing is fetched again, and no port is taken from anybody. */
  readonly environment: NodeJS.ProcessEnv;
  /** Changes the code of all functions, as nobody may do it in the project itself. */
  change(): Promise<void>;
}

/** A copy of the project as it stands, with the project's own packages, for commands to work in. */
export function withProjectCopy<T>(use: (copy: ProjectCopy) => Promise<T>): Promise<T> {
  return withScratchFolder(async (folder) => {
    for (const name of readdirSync(PROJECT_FOLDER)) {
      if (!LEFT_OUT.includes(name)) cpSync(join(PROJECT_FOLDER, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(folder, "node_modules"));
    let changes = 0;
    return await use({
      folder,
      environment: createEnvironment(),
      change: () => appendFile(join(folder, CHANGED_FILE), `\nconsole.debug(${changes++});\n`),
    });
  });
}

/** Without what npm says of the project that the bench itself runs in, and without this person's own settings. */
function createEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|DARKROOM_|CDKTF_|INIT_CWD$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    DARKROOM_CACHE_DIR: process.env.DARKROOM_CACHE_DIR ?? join(PROJECT_FOLDER, ".cache"),
    DARKROOM_PORT: "0",
    // An install in the copy would empty the packages that it shares with the project. Costs `npm start` two reads less.
    DARKROOM_SKIP_INSTALL: "1",
  };
}
