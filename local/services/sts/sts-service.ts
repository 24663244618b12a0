import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SignatureError } from "../../protocol/sigv4/signature-error.ts";
import { verifySignature } from "../../protocol/sigv4/verify-signature.ts";
import type { AwsService, CredentialStore, Principal, RuntimeClock } from "../../service.ts";

const MAX_BODY_BYTES = 64 * 1024;
const VERSION = "2011-06-15";

/** `aws sts get-caller-identity`, the first thing that anyone types; the rest of STS is refused by name. */
export function createSts(context: {
  readonly accountId: string;
  readonly credentials: CredentialStore;
  readonly clock: RuntimeClock;
}): AwsService {
  return {
    name: "sts",
    async handle(request, response) {
      const body = await readBody(request);
      try {
        const now = context.clock.now();
        const verified = verifySignature(request, body, (key) => context.credentials.find(key), now, {
          service: "sts",
        });
        if (!verified)
          return sendError(response, 403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        const action = new URLSearchParams(body.toString("utf8")).get("Action") ?? "";
        if (action !== "GetCallerIdentity")
          return sendError(
            response,
            400,
            "InvalidAction",
            `The laptop runtime does not know the STS action "${action}".`,
          );
        send(response, 200, describeCaller(verified.principal, context.accountId));
      } catch (error) {
        if (!(error instanceof SignatureError)) throw error;
        sendError(response, 403, error.jsonErrorType, error.message);
      }
    },
    stop: async () => {},
  };
}

function describeCaller(principal: Principal, accountId: string): string {
  const arn = "arn" in principal ? principal.arn : "";
  // A role's caller is a session of it, as Lambda's are.
  const caller =
    principal.type === "role" ? `${arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/local` : arn;
  return [
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/${VERSION}/"><GetCallerIdentityResult>`,
    `<Arn>${escapeXml(caller)}</Arn><UserId>${escapeXml(arn.split("/").pop() ?? "")}</UserId><Account>${accountId}</Account>`,
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  ].join("");
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // Read to its end, so that the answer is heard: a body that is cut has no good signature.
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  const fault = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  send(response, status, `<ErrorResponse>${fault}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`);
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "text/xml" }).end(xml);
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
