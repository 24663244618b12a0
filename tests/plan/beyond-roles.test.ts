import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PlanError } from "../../plan/plan-error.ts";
import { renderWhole } from "../../plan/render/review.ts";
import { describeBootstrap, listTypesBeyondRoles, requireRoles } from "../../plan/run/beyond-roles.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { review } from "./plans.ts";

const PLACE = "111111111111/eu-central-1";
const BUCKET = { bucket: "darkroom-terraform-state-111111111111-eu-central-1" };
const roles = (...types: string[]) => ({ plan: "arn:plan", apply: { dev: "arn:apply" }, types });

/** A synthesized stack with a queue and a pool, and what bootstrap recorded of its account. */
function prepare(recorded: unknown) {
  const folder = join(makeTemporaryFolder("beyond-roles"), "stacks/darkroom-dev-users");
  const file = join(folder, "../../state-backends.json");
  mkdirSync(folder, { recursive: true });
  const aws = [{ region: "eu-central-1", allowed_account_ids: ["111111111111"] }];
  const resource = { aws_sqs_queue: { a: {} }, aws_cognito_user_pool: { b: {} } };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ provider: { aws }, resource }));
  writeFileSync(file, JSON.stringify({ backends: { [PLACE]: recorded } }));
  return { folder, file };
}

describe("a stack with types that the last bootstrap knew nothing of", () => {
  it("is found by what bootstrap recorded of its own account and region", () => {
    const { folder, file } = prepare({ ...BUCKET, roles: roles("aws_sqs_queue") });

    expect(listTypesBeyondRoles(folder, file)).toEqual(["aws_cognito_user_pool"]);
  });

  it("is refused before anything is applied, with the command that helps", () => {
    const { folder, file } = prepare({ ...BUCKET, roles: roles("aws_sqs_queue") });

    const apply = () => requireRoles([folder], file);

    expect(apply).toThrow(PlanError);
    expect(apply).toThrow(
      /^darkroom-dev-users: .*may not make `aws_cognito_user_pool` yet.*npm run bootstrap -- --environment dev.*\nNothing was applied\.$/,
    );
  });

  it("is deployed where its account has all of them, or has no such roles, or was never bootstrapped", () => {
    const known = prepare({ ...BUCKET, roles: roles("aws_sqs_queue", "aws_cognito_user_pool") });
    const without = prepare(BUCKET);

    expect(() => requireRoles([known.folder], known.file)).not.toThrow();
    expect(() => requireRoles([without.folder], without.file)).not.toThrow();
    expect(() => requireRoles([known.folder], join(known.folder, "no-such.json"))).not.toThrow();
  });

  it("has it said at the top of its review, and in the table", () => {
    const changed = review([{ address: "aws_sqs_queue.a", actions: ["create"], after: { name: "a" } }]);
    const bootstrap = describeBootstrap("darkroom-dev-users", ["aws_cognito_user_pool"]);

    const text = renderWhole([{ ...changed, bootstrap }]);

    expect(text).toContain("**bootstrap first**");
    expect(text).toContain(`**${bootstrap}**`);
    expect(renderWhole([changed])).not.toContain("bootstrap");
  });
});
