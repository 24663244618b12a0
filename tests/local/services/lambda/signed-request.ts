import { createHash, createHmac } from "node:crypto";
import type { Principal } from "../../../../local/service.ts";
import { REGION, type SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";

/** The headers of a signed POST; there is no SDK client for Lambda among the packages. */
export function signRequest(
  endpoint: SignedEndpoint,
  principal: Principal,
  service: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = endpoint.credentials.issue(principal);
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const time = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  const all: Record<string, string> = { ...headers, host: new URL(endpoint.url).host, "x-amz-date": time };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}`);
  const canonical = ["POST", path, "", ...lines, "", names.join(";"), sha256(body)].join("\n");
  const scope = `${time.slice(0, 8)}/${REGION}/${service}/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, "x-amz-date": time, authorization };
}
