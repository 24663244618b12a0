import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { LaptopRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(255),
  query_string: z.string().min(1).max(10_000),
  log_group_names: z.array(z.string()).max(50).optional(),
});

export const awsCloudwatchQueryDefinition = defineResource<LaptopRuntime, z.infer<typeof schema>>({
  type: "aws_cloudwatch_query_definition",
  schema,
  withoutEffect: "There is no Logs Insights. The logs are files of JSON lines; `npm run job` reads one job's.",
  exports: ["id", "query_definition_id"],
  async start({ address }, { accountId }) {
    const id = stableId(accountId, address, 32);
    return { attributes: { id, query_definition_id: id } };
  },
});
