import { Logger } from "@aws-lambda-powertools/logger";

export type LogFields = Readonly<Record<string, unknown>>;

/** JSON lines. Correlate with `with({ jobId })`; hand an error over whole as `{ error }`, its cause is logged with it. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with these fields on every line. */
  with(fields: LogFields): Log;
}

/** Fields that may hold personal data or a key: never logged, whoever passes them (threats.md A10). */
const SECRET_FIELD = /^(authorization|fileName|fields|policy|secretAccessKey|sessionToken|x-amz-.*)$/i;
/** The query of any URL, which is where a signature stands; an error's text may quote one. */
const URL_QUERY = /(https?:\/\/[^\s?"']+)\?[^\s"']*/gi;
const SIGNATURE = /(x-amz-(?:signature|credential|security-token)["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi;

function withoutSecrets(key: string, value: unknown): unknown {
  if (SECRET_FIELD.test(key)) return "[not logged]";
  if (typeof value !== "string") return value;
  return value.replace(URL_QUERY, "$1?[not logged]").replace(SIGNATURE, "$1[not logged]");
}

/** The log of one function, to the standard output as Lambda collects it. */
export function createLog(service: string): Log {
  return toLog(new Logger({ serviceName: service, jsonReplacerFn: withoutSecrets }));
}

function toLog(logger: Logger): Log {
  return {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
    with: (fields) => toLog(logger.createChild({ persistentKeys: fields })),
  };
}
