import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { synthesize } from "../../stacks/app.ts";
import { readStateBackends, type StateBackends, writeStateBackend } from "../../stacks/support/state-backends.ts";
import { SYSTEMS } from "../../systems.ts";
import { writeFixtureArtifacts } from "../stacks/fixture-artifacts.ts";
import { environments } from "../support/environments.ts";

const DEV = "111111111111/eu-central-1";
const BUCKET = "darkroom-terraform-state-111111111111-eu-central-1";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-stacks-backend-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The backend of dev's media stack. */
function synthesizeBackend(stateBackends?: StateBackends): unknown {
  const outputFolder = mkdtempSync(join(folder, "out-"));
  const artifactsFolder = writeFixtureArtifacts(join(outputFolder, "dist"));
  const options = { environments: [environments.dev], artifactsFolder, outputFolder };
  const { folders } = synthesize({ systems: SYSTEMS, ...options, ...(stateBackends && { stateBackends }) });
  return JSON.parse(readFileSync(join(folders[0] ?? "", "cdk.tf.json"), "utf8")).terraform.backend;
}

describe("a stack's state", () => {
  it("is kept in the bucket of its account and region, under a key of its own, locked beside it", () => {
    expect(synthesizeBackend({ [DEV]: { bucket: BUCKET } })).toEqual({
      s3: {
        bucket: BUCKET,
        key: "stacks/darkroom-dev-media/terraform.tfstate",
        region: "eu-central-1",
        encrypt: true,
        allowed_account_ids: ["111111111111"],
        use_lockfile: true,
      },
    });
  });

  it("is locked in the table where there is one", () => {
    expect(synthesizeBackend({ [DEV]: { bucket: BUCKET, lockTable: "darkroom-terraform-locks" } })).toMatchObject({
      s3: { dynamodb_table: "darkroom-terraform-locks" },
    });
  });

  it("is kept in a file of the checkout where there is no bucket, or only another region's", () => {
    const local = { local: { path: "../../../terraform.darkroom-dev-media.tfstate" } };

    expect(synthesizeBackend()).toEqual(local);
    expect(synthesizeBackend({ "111111111111/eu-west-1": { bucket: BUCKET } })).toEqual(local);
  });
});

describe("state-backends.json", () => {
  it("gains an entry, keeps the others, and stays sorted", () => {
    const path = join(folder, "state-backends.json");

    writeStateBackend(path, { accountId: "222222222222", region: "eu-west-1" }, { bucket: "second" });
    writeStateBackend(path, { accountId: "111111111111", region: "eu-central-1" }, { bucket: "first-old" });
    writeStateBackend(path, { accountId: "111111111111", region: "eu-central-1" }, { bucket: "first" });

    expect(Object.entries(readStateBackends(path))).toEqual([
      [DEV, { bucket: "first" }],
      ["222222222222/eu-west-1", { bucket: "second" }],
    ]);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it("names everything that is wrong with it, and what to do", () => {
    const path = join(folder, "wrong.json");
    writeFileSync(path, JSON.stringify({ backends: { [DEV]: { bucket: 1, table: "x" } } }));

    expect(() => readStateBackends(path)).toThrow(
      /state-backends\.json, backends, 111111111111\/eu-central-1, bucket: .*\n.*Unrecognized key.*take the file back/,
    );
  });

  it("may be missing: then there is no bucket yet", () => {
    expect(readStateBackends(join(folder, "missing.json"))).toEqual({});
  });
});
