/**
 * Who may import whom, room by room; docs/architecture.md says why. `<s>` is one system, the same on both sides: a system never
 * imports another one, in any layer. A room may always import itself, `<s>` for `<s>`; packages are Biome's to ban.
 */
export interface Wall {
  /** A folder (with a slash at its end), or files by a pattern with `*`. */
  readonly room: string;
  /** Rooms, in the same notation. */
  readonly may: readonly string[];
}

/** Files at the top of contracts/: the list of what was built, Lambda's runtime, forms of secrets. */
const AGREED = "contracts/*.ts";

/** The first row that a file fits is its room. */
export const WALLS: readonly Wall[] = [
  { room: "contracts/http/", may: [] },
  { room: AGREED, may: [] },
  { room: "contracts/iam/", may: [] },
  { room: "contracts/<s>/", may: ["contracts/http/", AGREED] },

  // Values where they are light, and types: a page carries what is imported here.
  { room: "client/", may: ["contracts/"] },

  { room: "lambdas/support/", may: ["contracts/http/"] },
  { room: "lambdas/aws/", may: ["lambdas/support/"] },
  { room: "lambdas/<s>/errors.ts", may: ["contracts/<s>/", "lambdas/support/"] },
  { room: "lambdas/<s>/formats/", may: ["contracts/<s>/", "lambdas/<s>/errors.ts", "lambdas/support/"] },
  {
    room: "lambdas/<s>/jobs/",
    may: ["contracts/<s>/", "contracts/http/", "lambdas/<s>/errors.ts", "lambdas/support/"],
  },
  {
    room: "lambdas/<s>/<f>/dependencies.ts",
    may: [
      "lambdas/<s>/<f>/",
      "lambdas/<s>/formats/",
      "lambdas/<s>/jobs/",
      "lambdas/support/",
      "lambdas/aws/",
      "contracts/<s>/",
    ],
  },
  {
    room: "lambdas/<s>/<f>/",
    may: [
      "lambdas/<s>/<f>/dependencies.ts",
      "lambdas/<s>/errors.ts",
      "lambdas/<s>/formats/",
      "lambdas/<s>/jobs/",
      "lambdas/support/",
      "contracts/<s>/",
      "contracts/http/",
    ],
  },

  { room: "stacks/support/", may: ["contracts/"] },
  { room: "stacks/policy/", may: ["stacks/support/", "contracts/iam/", AGREED] },
  { room: "stacks/constructs/", may: ["stacks/support/", AGREED, "contracts/http/"] },
  { room: "stacks/*.ts", may: ["stacks/constructs/", "stacks/support/", "stacks/policy/"] },
  {
    room: "stacks/<s>/",
    may: [
      "stacks/*.ts",
      "stacks/constructs/",
      "stacks/support/",
      "stacks/policy/",
      "contracts/<s>/",
      "contracts/http/",
      AGREED,
    ],
  },

  { room: "local/", may: ["contracts/artifacts.ts", "contracts/iam/", "command-line/"] },
  { room: "build/", may: [AGREED, "command-line/"] },
  { room: "command-line/", may: [] },
  { room: "plan/", may: [AGREED, "contracts/iam/", "command-line/"] },
  { room: "operations/", may: ["contracts/", "command-line/"] },
  { room: "terraform-state-backend/", may: [] },

  { room: "web/shell/", may: [] },
  { room: "web/<s>/", may: ["web/shell/", "client/", "contracts/<s>/", "contracts/http/", AGREED] },

  { room: "systems.ts", may: ["stacks/"] },
  { room: "environments.ts", may: ["systems.ts", "stacks/support/"] },
  { room: "main.ts", may: ["stacks/", "systems.ts", "environments.ts", "command-line/"] },
  {
    room: "bootstrap.ts",
    may: ["stacks/", "environments.ts", "systems.ts", "terraform-state-backend/", "command-line/"],
  },
  { room: "operate.ts", may: ["operations/", "stacks/", "environments.ts", "systems.ts", "command-line/"] },

  // What proves and what tells may look everywhere; nothing but them imports them.
  { room: "tests/", may: ["*"] },
  { room: "bench/", may: ["*"] },
  { room: "docs/", may: ["*"] },
  { room: "vitest.config.ts", may: [] },
];
