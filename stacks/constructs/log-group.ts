import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import { ACTIONS, type Grantee } from "../support/permissions.ts";

export interface LogGroupProps {
  /** `/aws/lambda/darkroom-dev-media-resize` */
  readonly name: string;
  /** Days, one of CloudWatch's numbers. */
  readonly retentionDays: number;
}

/** Logs that end: a named log group whose lines are deleted after a set time, made before anything writes to it. */
export class LogGroup extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: LogGroupProps) {
    super(scope, `${id}-logs`);
    const group = withLogicalId(
      new CloudwatchLogGroup(this, "group", { name: props.name, retentionInDays: props.retentionDays }),
      id,
    );
    this.name = group.name;
    this.arn = group.arn;
  }

  /** Streams and lines in this group; never the making of groups. */
  grantWrite(grantee: Grantee): void {
    grantee.addStatement({
      Sid: "WriteOwnLogs",
      Effect: "Allow",
      Action: ACTIONS.writeLogs,
      Resource: `${this.arn}:*`,
    });
  }
}
