import { textsOf } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";
import { findSecrets } from "../secrets.ts";

/** Provider, state, outputs, and what holds for every resource. */
export const SETTING_RULES = {
  "provider-no-keys": {
    threats: ["P5"],
    scannerIds: ["CKV_AWS_41"],
    resourceTypes: ["provider"],
    promise: "Terraform's credentials come from whoever runs it.",
    why: "A key in code is read by everybody who reads the code.",
    check: ({ body }) =>
      ["access_key", "secret_key", "token"].flatMap((name) => unless(body[name] === undefined, `holds ${name}`)),
  },
  "provider-one-account": {
    threats: ["P6"],
    scannerIds: [],
    resourceTypes: ["provider"],
    promise: "A stack touches one account and one region.",
    why: "With the wrong credentials at hand, dev's plan would be applied to prod.",
    check: ({ body }) => [
      ...unless(textsOf(body.allowed_account_ids).length === 1, "does not name the one account that it may touch"),
      ...unless(typeof body.region === "string", "does not name its region"),
    ],
  },
  "state-guarded": {
    threats: ["P5"],
    scannerIds: [],
    resourceTypes: ["backend"],
    promise: "Shared state is encrypted and locked.",
    why: "State holds every attribute of every resource, and two that write it at once lose one's work.",
    check: ({ id, body }) =>
      id !== "s3"
        ? []
        : [
            ...unless(body.encrypt === true, "does not say that the state is encrypted"),
            ...unless(body.use_lockfile === true || body.dynamodb_table !== undefined, "does not lock the state"),
          ],
  },
  "output-not-secret": {
    threats: ["P5"],
    scannerIds: [],
    resourceTypes: ["output"],
    promise: "No output is, or has to be, hidden.",
    why: "Outputs stand in the state in clear, whatever the terminal shows.",
    check: ({ body }) => [
      ...unless(body.sensitive !== true, "is marked as sensitive"),
      ...findSecrets(body.value).map(() => "holds a secret"),
    ],
  },
  "no-secrets": {
    threats: ["P5"],
    scannerIds: [],
    resourceTypes: ["*"],
    promise: "No secret stands anywhere in a stack.",
    why: "It would stand in the repository, in every plan and in the state.",
    check: ({ body }) => findSecrets(body).map((place) => `holds a secret: ${place}`),
  },
  "fixed-ids": {
    threats: ["P6"],
    scannerIds: [],
    resourceTypes: ["*"],
    promise: "Every resource has an id of its own choosing.",
    why: "cdktf derives ids from the path of constructs: moving one would destroy what it holds.",
    check: ({ id }) => unless(!/_[0-9A-F]{8}$/.test(id), "has an id that cdktf derived; fix it with withLogicalId"),
  },
} as const satisfies Record<string, Rule>;
