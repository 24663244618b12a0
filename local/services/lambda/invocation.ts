/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_REQUEST_BYTES = 6_291_456;
export const MAX_RESPONSE_BYTES = 6_291_556;
/** Of an asynchronous invocation: 1 MiB since October 2025. */
export const MAX_EVENT_BYTES = 1_048_576;

/** How a call ended, payloads as JSON text. */
export type InvocationEnd =
  | { readonly outcome: "ok"; readonly payload: string }
  | { readonly outcome: "error"; readonly failure: FunctionFailure };

export interface FunctionFailure {
  /** `Error`, `Sandbox.Timedout`, `Runtime.ExitError` … */
  readonly errorType: string;
  readonly errorMessage: string;
  /** The handler's own answer, with its trace, as the Invoke API returns it. */
  readonly payload?: string;
}

/** Lambda's words for a process that went away. */
export function exitFailure(requestId: string, code: number | null, signal: NodeJS.Signals | null): FunctionFailure {
  const how = signal ? `signal: ${SIGNAL_NAMES[signal] ?? signal}` : `exit status ${code ?? 0}`;
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
  };
}

const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

export function timeoutFailure(requestId: string, timeoutSeconds: number): FunctionFailure {
  return {
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  };
}

export function outOfMemoryFailure(requestId: string, usedMb: number, memoryMb: number): FunctionFailure {
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed (OutOfMemory: ${usedMb} MB used of ${memoryMb} MB)`,
  };
}

export function diskFullFailure(requestId: string, usedMb: number, storageMb: number): FunctionFailure {
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed (ephemeral storage: ${usedMb} MB used of ${storageMb} MB)`,
  };
}

/** What the runtime posts for a handler that threw. */
export function parseHandlerError(payload: string): FunctionFailure {
  const { errorType, errorMessage } = parseObject(payload);
  return {
    errorType: typeof errorType === "string" ? errorType : "Error",
    errorMessage: typeof errorMessage === "string" ? errorMessage : payload,
    payload,
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
