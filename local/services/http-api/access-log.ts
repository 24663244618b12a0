/** The `$context` variables that the gateway fills in; any other in a format is refused by name. */
const ACCESS_LOG_VARIABLES = [
  "accountId",
  "apiId",
  "domainName",
  "domainPrefix",
  "error.message",
  "error.messageString",
  "error.responseType",
  "extendedRequestId",
  "httpMethod",
  "identity.sourceIp",
  "identity.userAgent",
  "integration.error",
  "integration.integrationStatus",
  "integration.latency",
  "integration.status",
  "integrationErrorMessage",
  "integrationLatency",
  "integrationStatus",
  "path",
  "protocol",
  "requestId",
  "requestTime",
  "requestTimeEpoch",
  "responseLatency",
  "responseLength",
  "routeKey",
  "stage",
  "status",
] as const;

export type AccessLogVariable = (typeof ACCESS_LOG_VARIABLES)[number];
export type AccessLogValues = Readonly<Partial<Record<AccessLogVariable, string | number>>>;

const VARIABLE = /\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g;

/** The variables of a format that the gateway does not know. */
export function listUnknownVariables(format: string): string[] {
  const known: readonly string[] = ACCESS_LOG_VARIABLES;
  return [...format.matchAll(VARIABLE)].map(([, name = ""]) => name).filter((name) => !known.includes(name));
}

/** The line of one request; `-` stands for what it does not have, as in API Gateway. */
export function formatAccessLog(format: string, values: AccessLogValues): string {
  return format.replace(VARIABLE, (_whole, name: AccessLogVariable) =>
    JSON.stringify(String(values[name] ?? "-")).slice(1, -1),
  );
}
