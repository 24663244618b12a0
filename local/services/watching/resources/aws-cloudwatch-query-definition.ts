import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(255),
  query_string: z.string().min(1).max(10_000),
  log_group_names: z.array(z.string()).max(50).optional(),
});

export const awsCloudwatchQueryDefinition = defineResource<StackRuntime, z.infer<typeof schema>>({
  type: "aws_cloudwatch_query_definition",
  uniqueBy: "name",
  schema,
  withoutEffect: "There is no Logs Insights. The logs are files of JSON lines; `npm run job` reads one job's.",
  exports: ["id", "query_definition_id"],
  async start({ address }, runtime) {
    const id = stableId(runtime, address, 32);
    return { attributes: { id, query_definition_id: id } };
  },
});
