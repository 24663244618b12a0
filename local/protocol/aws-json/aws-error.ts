import type { AccessDecision, AccessRequest, Principal } from "../../service.ts";

interface AwsErrorOptions {
  /** HTTP status; 400 by default. */
  readonly status?: number;
  /** What stands before `#` in `__type`; AWS's common errors live in `com.amazon.coral.service`. */
  readonly namespace?: string;
  /** The code of the old query protocol, where it differs (SQS sends both). */
  readonly queryCode?: string;
  /** More members of the answer: `Item`, `CancellationReasons`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An error that an AWS service answers with, by the code that SDKs match on. `message` is safe to send back. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly status: number;
  readonly namespace: string;
  readonly queryCode: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: string,
    message: string,
    options: AwsErrorOptions = {},
  ) {
    super(message);
    this.status = options.status ?? 400;
    this.namespace = options.namespace ?? "com.amazon.coral.service";
    this.queryCode = options.queryCode ?? code.replace(/Exception$/, "");
    this.members = options.members ?? {};
  }
}

/** How a principal is named in AccessDenied messages. */
function describePrincipal(principal: Principal): string {
  if (principal.type === "service") return principal.service;
  return principal.type === "anonymous" ? "anonymous" : principal.arn;
}

/** AWS's AccessDenied, in its words. The JSON services answer 400 but for SQS and Lambda, which answer 403. */
export function accessDenied(request: AccessRequest, decision: AccessDecision, status: 400 | 403): AwsError {
  const { principal, action, resource } = request;
  return new AwsError(
    "AccessDeniedException",
    `User: ${describePrincipal(principal)} is not authorized to perform: ${action} on resource: ${resource} because ${decision.reason}`,
    { status },
  );
}
