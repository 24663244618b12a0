import type { AwsService } from "../../service.ts";

export interface LogsService extends AwsService {
  /** Declares a log group; its lines are those that the runtime logs under its name. */
  putLogGroup(name: string, settings: { readonly retentionDays?: number | undefined }): { readonly arn: string };
  /** A function may only write to a group that the stack declares (threats.md P4). */
  hasLogGroup(name: string): boolean;
}
