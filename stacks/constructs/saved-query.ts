import { CloudwatchQueryDefinition } from "@cdktf/provider-aws/lib/cloudwatch-query-definition/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";

export interface SavedQueryProps {
  /** Slashes make folders in the console: `darkroom-dev-media/What happened to a job`. */
  readonly queryName: string;
  readonly logGroupNames: readonly string[];
  /** The commands of Logs Insights, one in a line. */
  readonly commands: readonly string[];
}

/** A question to the logs that is ready to be asked in Logs Insights. It costs nothing until it is. */
export class SavedQuery extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueryProps) {
    super(scope, `${id}-query`);
    withLogicalId(
      new CloudwatchQueryDefinition(this, "query", {
        name: props.queryName,
        logGroupNames: [...props.logGroupNames],
        queryString: props.commands.join("\n| "),
      }),
      id,
    );
  }
}
