/**
 * Every npm script: what it says of itself, which words it heeds, and what runs. Plain JavaScript without a dependency, so that
 * `--help` answers before anything is installed, and at once.
 *
 * @typedef {{ readonly type: "boolean" | "string", readonly multiple?: true, readonly short?: string }} Option
 * @typedef {Readonly<Record<string, string | boolean | readonly string[] | undefined>>} Values
 */

/**
 * What runs before the program itself, in a process of its own: a TypeScript program and its arguments. Silent: its standard
 * output is for programs.
 *
 * @typedef {{ readonly command: readonly string[], readonly isSilent?: boolean, readonly isNeeded?: (values: Values) => boolean }} Step
 */

/**
 * `options`: besides `--help`. `maxNames`: how many words it takes that are no options, none unless said otherwise. `program` gets what
 * was typed, after what stands here.
 *
 * @typedef {{
 *   readonly usage: string,
 *   readonly options?: Readonly<Record<string, Option>>,
 *   readonly maxNames?: number,
 *   readonly before?: readonly Step[],
 *   readonly program: readonly string[],
 * }} Script
 */

const flag = /** @type {const} */ ({ type: "boolean" });
const text = /** @type {const} */ ({ type: "string" });
const texts = /** @type {const} */ ({ type: "string", multiple: true });

const PLAN_USAGE = `npm run plan -- [environment] [stacks…] [options]
npm run deploy -- [environment] [stacks…] [options]
npm run destroy -- <environment> [stacks…] [options]
npm run plan:apply -- [environment] [stacks…] --synthesized <folder> [options]

  environment               dev, staging or prod; none: all of them
  stacks                    media, or a whole name like darkroom-dev-media; none: all of the environment
  --guard                   plan: a plan that loses data is not left to be applied (deploy does so always)
  --allow-destroy <address> plan, deploy, plan:apply: lets this resource be destroyed, although it holds data; as often as needed
  --yes                     deploy: apply without asking
  --confirm <stack>         destroy: destroy the stack of this whole name without asking; as often as needed
  --synthesized <folder>    take the stacks (plan:apply: the plans) that are there (cdktf.out); build and synthesize nothing
  --out <file>              plan, deploy, destroy: write the review there, too

Ends with 0: nothing changes, or all was applied. 2: something changes. 3: data would be lost, and nobody said so by name.
1: it failed. 130, 143, 129: it was stopped, after Terraform.
`;
const MANY = 100;
/** A deploy's build; what was synthesized already needs none. @type {readonly Step[]} */
const BUILD = [{ command: ["build/main.ts"], isNeeded: ({ synthesized }) => synthesized === undefined }];
const DEPLOYMENT = { environment: text, "outputs-file": text, stack: text };

export const SCRIPTS = /** @satisfies {Record<string, Script>} */ ({
  start: {
    usage: `npm start [-- systems…]

Installs, builds, synthesizes and runs Darkroom on this machine; prints the addresses. Ctrl-C stops it, .darkroom/ keeps its state.

  systems                          these alone, as in npm start -- media; none: all of the environment (DARKROOM_ENVIRONMENT, dev)
  DARKROOM_PORT, DARKROOM_STATE …  where it listens and keeps its state: README.md
  FFMPEG_BIN, FFPROBE_BIN          the programs for video and audio, where they are not found by themselves
`,
    maxNames: MANY,
    program: ["build/start.mjs"],
  },
  test: {
    usage: `npm test [-- files…] [-t <title>] [-u]

Installs, then lint, types and every test, or those of these files.

  -t, --testNamePattern <title>  only tests whose title matches
  -u, --update                   writes what documents' tests compare with
`,
    options: { testNamePattern: { type: "string", short: "t" }, update: { type: "boolean", short: "u" } },
    maxNames: MANY,
    program: ["build/test.mjs"],
  },
  "test:apply": {
    usage: `npm run test:apply [-- options]

Applies the synthesized stack for real: bootstrap, deploy, plan (no changes), one changed setting, destroy.

  (nothing)              to moto_server, which is started for it
  --endpoint <url>       to what answers there: LocalStack, Floci, a moto that runs already
  --leave-out <type>=<reason>  with --endpoint: a Terraform type that it does not implement; as often as needed
  --account <id>         to AWS, in this account, with the credentials there are. It costs cents. Take a sandbox: dev is
                         deployed there and destroyed again, and the bucket for states stays
  --artifacts <folder>   deploys this build (dist) instead of tiny archives; with --account it is dist unless said otherwise

TERRAFORM_BINARY_NAME=tofu takes OpenTofu. DARKROOM_TERRAFORM_PLUGIN_DIR names a mirror of the provider.
`,
    options: { endpoint: text, account: text, artifacts: text, "leave-out": texts },
    program: ["tests/apply/main.ts"],
  },
  build: {
    usage: `npm run build [-- --laptop]

Builds dist/ for a deploy: function zips, the ffmpeg layer, the page, artifacts.json.

  --laptop  go on without the arm64 ffmpeg, which only a deploy needs
`,
    options: { laptop: flag },
    program: ["build/main.ts"],
  },
  lint: {
    usage: `npm run lint

What CI checks before the tests: Biome and TypeScript. npm run format mends what Biome can.
`,
    program: ["build/lint.ts", "lint"],
  },
  format: {
    usage: `npm run format

Formats, and mends what Biome can mend without a doubt.
`,
    program: ["build/lint.ts", "format"],
  },
  bootstrap: {
    usage: `npm run bootstrap [-- --environment <dev | staging | prod>]

Makes the bucket that keeps Terraform's states, in the account of the credentials, and writes state-backends.json: docs/bootstrap.md.

  --environment <name>   this environment's account and region alone
  TERRAFORM_BINARY_NAME  terraform or tofu; unset: the first of them on PATH
`,
    options: { environment: text },
    program: ["bootstrap.ts"],
  },
  bench: {
    usage: `npm run bench [-- goals…]

Measures the goals of docs/performance.md, ours beside a peer and a floor: all, or those of these numbers.
`,
    maxNames: MANY,
    program: ["bench/main.ts"],
  },
  reset: {
    usage: `npm run reset

Forgets the laptop's state: clears .darkroom/ (DARKROOM_STATE names another folder), unless a runtime is at work there.
`,
    program: ["local/reset.ts"],
  },
  synth: {
    usage: `npm run synth [-- --hcl]

Writes the stacks as Terraform's JSON into cdktf.out.

  --hcl                for readers: HCL into hcl.out instead
  DARKROOM_ENVIRONMENT dev, staging or prod; unset: all of them
`,
    options: { hcl: flag },
    program: ["main.ts"],
  },
  plan: {
    usage: PLAN_USAGE,
    options: { guard: flag, "allow-destroy": texts, synthesized: text, out: text },
    maxNames: MANY,
    before: BUILD,
    program: ["plan/main.ts"],
  },
  "plan:publish": {
    usage: `npm run plan:publish -- --review <file> --pull-request <number> [--commit <sha>] [--plan-result <result>]
npm run plan:publish -- --review <file> --drift <environment> --plan-exit-code <0, 2 or 3>

  --pull-request    puts the review into the pull request's one comment
  --commit          says which commit it is of
  --plan-result     other than success: where there is no review, the comment says that nothing could be planned
  --drift           opens, updates or, where the plan ended with 0, closes the environment's issue

GITHUB_TOKEN and GITHUB_REPOSITORY say as whom and where.
`,
    options: {
      review: text,
      "pull-request": text,
      commit: text,
      "plan-result": text,
      drift: text,
      "plan-exit-code": text,
    },
    program: ["plan/publish.ts"],
  },
  "plan:apply": {
    usage: PLAN_USAGE,
    options: { "allow-destroy": texts, synthesized: text },
    maxNames: MANY,
    program: ["plan/apply.ts"],
  },
  deploy: {
    usage: PLAN_USAGE,
    options: { yes: flag, "allow-destroy": texts, synthesized: text, out: text },
    maxNames: MANY,
    before: BUILD,
    program: ["plan/deploy.ts"],
  },
  destroy: {
    usage: PLAN_USAGE,
    options: { confirm: texts, synthesized: text, out: text },
    maxNames: MANY,
    before: BUILD,
    program: ["plan/destroy.ts"],
  },
  redrive: {
    usage: `npm run redrive -- [queue] [--counts] [--environment <name> | --outputs-file <file> [--stack <name>]]

Shows the media system's queues, and moves dead letters back to where they came from.

  --counts  only looks
`,
    options: { ...DEPLOYMENT, counts: flag },
    maxNames: 1,
    program: ["operate.ts", "redrive"],
  },
  job: {
    usage: `npm run job -- <jobId> [--environment <name> | --outputs-file <file> [--stack <name>]]

What happened to one job of the media system: its record, its files, and what the functions logged of it.
`,
    options: DEPLOYMENT,
    maxNames: 1,
    program: ["operate.ts", "job"],
  },
  cost: {
    usage: `npm run cost -- [dev | staging | prod] [systems…] [--uploads <n>] [--conversions <n>] [--views <n>] [--docs]

What an environment costs in a month, all its stacks together: docs/cost.md says how it is counted.

  systems  media, budget …; none: all of the environment
  --docs  writes the tables of README.md and docs/cost.md instead
`,
    options: { uploads: text, conversions: text, views: text, docs: flag },
    maxNames: MANY,
    before: [{ command: ["main.ts"], isSilent: true }],
    program: ["operate.ts", "cost"],
  },
  capacity: {
    usage: `npm run capacity -- [dev | staging | prod] [--uploads-per-second <n>] [options]

Every ceiling on the way of a request or a job, the first that breaks, and what moves it: docs/capacity.md says how it is counted.

  --uploads-per-second <n>      pictures of 12 MP; one, where nothing is asked
  --conversions-per-second <n>  films of ten seconds
  --views-per-second <n>        renditions that viewers fetch
  --quota <code>=<value>        what the account was given, in the place of AWS's default; as often as needed
  --docs                        writes docs/capacity.md instead
`,
    options: {
      "uploads-per-second": text,
      "conversions-per-second": text,
      "views-per-second": text,
      quota: texts,
      docs: flag,
    },
    maxNames: 1,
    before: [{ command: ["main.ts"], isSilent: true }],
    program: ["operate.ts", "capacity"],
  },
  soak: {
    usage: `npm run soak [-- <uploads>]

Kills workers and runtimes while files are uploaded, and looks for broken promises; 1000 uploads unless said otherwise.
`,
    maxNames: 1,
    before: [{ command: ["build/main.ts", "--laptop"] }],
    program: ["tests/soak/main.ts"],
  },
  docs: {
    usage: `npm run docs

Writes the pages and tables that follow from the code.
`,
    program: ["docs/main.ts"],
  },
});

/** @typedef {keyof typeof SCRIPTS} ScriptName */
