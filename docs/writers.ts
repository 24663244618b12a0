/** Pages that a program of docs/ writes: `docs/<name>.md` by `docs/<name>.ts`. */
const PAGES = ["presets", "pictures", "policy-rules", "parity", "threats"] as const;

/** `npm run docs`: what writes every page that is written from code, as arguments of Node. */
export const WRITERS: readonly (readonly string[])[] = [
  ...PAGES.map((page) => ["--import", "tsx", `docs/${page}.ts`]),
  ["command-line/run.mjs", "cost", "--docs"],
  ["command-line/run.mjs", "capacity", "--docs"],
  ["node_modules/vitest/vitest.mjs", "run", "tests/contracts/media/documents.test.ts", "--update"],
];
