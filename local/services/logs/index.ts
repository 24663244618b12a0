import { defineService } from "../../service.ts";
import { createLogs } from "./logs-service.ts";
import { awsCloudwatchLogGroup } from "./resources/aws-cloudwatch-log-group.ts";

/** CloudWatch Logs, for readers. */
export const logs = defineService({
  name: "logs",
  // Its folder is the one that the log writer fills.
  create: createLogs,
  resources: [awsCloudwatchLogGroup],
});
