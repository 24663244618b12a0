import { ACCEPTED, type Answer } from "./probe.ts";

/** An exception of an AWS client, which carries what the service answered. */
export interface ServiceError {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
}

/** A call that got no answer at all has no status either. */
export function isServiceError(error: unknown): error is ServiceError {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode !== undefined;
}

/** What a call was answered with: `accepted`, or the error's code. Whatever is no answer of the service is thrown. */
export async function answerTo(call: Promise<unknown>): Promise<Answer> {
  try {
    await call;
    return ACCEPTED;
  } catch (error) {
    if (!isServiceError(error)) throw error;
    return codeOf(error);
  }
}

/** What a client says of an answer that it cannot read. */
const NO_CODE = /^(Error|SyntaxError|Unknown|UnknownError)$/;

/** The status where the answer has no code. SQS's older protocol put its name before the same codes. */
export function codeOf({ name, $metadata }: ServiceError): string {
  if (NO_CODE.test(name)) return String($metadata.httpStatusCode);
  return name.replace(/^AWS\.SimpleQueueService\./, "");
}

/** What plain HTTP was answered with: `accepted`, or `403 AccessDenied`, or the bare status where there is no code. */
export async function answerOf(response: Response): Promise<Answer> {
  const body = await response.text();
  if (response.ok) return ACCEPTED;
  return [response.status, ...(/<Code>([^<]+)<\/Code>/.exec(body)?.slice(1) ?? [])].join(" ");
}

/** For questions where the status is all that counts. */
export async function statusOf(response: Response): Promise<Answer> {
  return (await answerOf(response)).split(" ", 1)[0] ?? "";
}

/** For questions where AWS's code is not documented: that it was refused is what counts. */
export function orRefused(answer: Answer): "accepted" | "refused" {
  return answer === ACCEPTED ? "accepted" : "refused";
}
