import { AwsError, accessDenied } from "../../protocol/aws-json/aws-error.ts";
import { answerTargeted, type JsonInput } from "../../protocol/aws-json/signed-json.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import { LogGroups, NAMESPACE } from "./log-groups.ts";
import { OPERATIONS } from "./logs-operations.ts";
import type { LogsService } from "./seam.ts";

const TARGET = "Logs_20140328";
const MAX_REQUEST_BYTES = 64 * 1024;

/**
 * What the log writer has written, through CloudWatch Logs' own calls for readers, so that whoever reads logs on AWS reads
 * them here the same way, `aws logs tail` included. `context.directory` is the writer's own folder. Lines appear when they
 * are on disk, which is soon but not at once, as on AWS.
 */
export function createLogs(context: ServiceContext): LogsService {
  const groups = new LogGroups(context.directory);
  const arnPrefix = `arn:aws:logs:${context.region}:${context.accountId}:log-group:`;
  const run = async (name: string, input: JsonInput, principal: Principal): Promise<object> => {
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (!operation) throw unknownOperation(name);
    const requireAccess = (action: string, resource: string): void => {
      const request = { principal, action: `logs:${action}`, resource };
      const decision = context.authorize(request);
      if (!decision.allowed) throw accessDenied(request, decision, 400);
    };
    return operation({ groups, arnPrefix, requireAccess }, input);
  };
  return {
    name: "logs",
    target: TARGET,
    async handle(request, response) {
      const service = { service: "logs", target: TARGET, maxBodyBytes: MAX_REQUEST_BYTES, run };
      await answerTargeted(service, context, request, response);
    },
    putLogGroup(name, { retentionDays }) {
      groups.put({ name, retentionDays });
      return { arn: arnPrefix + name };
    },
    hasLogGroup: (name) => groups.has(name),
    stop: async () => {},
  };
}

function unknownOperation(name: string): AwsError {
  const known = Object.keys(OPERATIONS).join(", ");
  return new AwsError("UnknownOperationException", `The laptop runtime's Logs has ${known}, not ${name}.`, {
    namespace: NAMESPACE,
  });
}
