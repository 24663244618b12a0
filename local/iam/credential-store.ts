import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { CredentialStore, Credentials, Principal } from "../service.ts";
import { readStateFile, writeStateFile } from "../state/state-file.ts";

const principal = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("administrator"), arn: z.string() }),
  z.strictObject({ type: z.literal("role"), arn: z.string() }),
  z.strictObject({ type: z.literal("service"), service: z.string(), sourceArn: z.string(), sourceAccount: z.string() }),
]);
const entries = z.array(
  z.strictObject({
    principal,
    credentials: z.strictObject({
      accessKeyId: z.string(),
      secretAccessKey: z.string(),
      sessionToken: z.string().optional(),
    }),
  }),
);
type Entry = z.infer<typeof entries>[number];

const FILE = "credentials.json";

/**
 * One key per principal, made at random for each state folder and kept there, readable by its owner alone: presigned
 * addresses and `aws.env` stay good over a restart. Roles get a session token, as in Lambda, so that code which forgets
 * to sign it fails here too.
 */
export function createCredentialStore(directory: string): CredentialStore {
  const path = join(directory, FILE);
  const known: Entry[] = existsSync(path) ? readStateFile(path, entries) : [];
  const byKey = new Map(known.map((entry) => [entry.credentials.accessKeyId, entry]));
  const byPrincipal = new Map(known.map((entry) => [describe(entry.principal), entry]));
  const save = (entry: Entry): void => {
    writeStateFile(path, [...byKey.values(), entry]);
  };
  return {
    issue(holder) {
      if (holder.type === "anonymous") throw new Error("An anonymous caller has no credentials.");
      const existing = byPrincipal.get(describe(holder));
      if (existing) return { ...existing.credentials };
      const entry: Entry = { principal: { ...holder }, credentials: createCredentials(holder) };
      save(entry);
      byKey.set(entry.credentials.accessKeyId, entry);
      byPrincipal.set(describe(holder), entry);
      // A copy: the AWS SDK writes notes of its own into the credentials that it is given.
      return { ...entry.credentials };
    },
    find: (accessKeyId) => byKey.get(accessKeyId),
  };
}

function describe(holder: Principal): string {
  return JSON.stringify(Object.entries(holder).sort());
}

/** In the form of AWS's own: AKIA for long-lived keys, ASIA for temporary ones. */
function createCredentials(holder: Principal): Credentials {
  const temporary = holder.type === "role";
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const id = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return {
    accessKeyId: `${temporary ? "ASIA" : "AKIA"}${id}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    ...(temporary && { sessionToken: randomBytes(96).toString("base64") }),
  };
}
