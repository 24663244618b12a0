import type { Problem } from "../support/errors.ts";
import { type PolicyStack, type Resource, valueAt } from "./policy-stack.ts";

/** Where a type says what AWS will call it; of a type that is not listed, `name`. */
const NAME_ATTRIBUTES: Readonly<Record<string, string>> = {
  aws_s3_bucket: "bucket",
  aws_lambda_function: "function_name",
  aws_lambda_layer_version: "layer_name",
  aws_cloudwatch_metric_alarm: "alarm_name",
  aws_cloudwatch_dashboard: "dashboard_name",
};
/** AWS gives these an id of its own, and takes any number of one name; a log group's or an alarm's it does not. */
const FREELY_NAMED = new Set(["aws_apigatewayv2_stage", "aws_iam_role_policy"]);

/**
 * Resources of one type and one physical name in one account: AWS has room for one, and the second stack's deployment would
 * fail half way, or take over what is the first one's.
 */
export function findNameClashes(stacks: readonly PolicyStack[]): readonly Problem[] {
  const owners = new Map<string, { readonly stack: string; readonly address: string }>();
  return stacks.flatMap((stack) =>
    stack.resources.flatMap((resource) => {
      const name = findName(resource);
      if (name === undefined) return [];
      const place = JSON.stringify([findAccount(stack), resource.type, findRegion(stack, resource), name]);
      const owner = owners.get(place);
      if (!owner) {
        owners.set(place, { stack: stack.name, address: resource.address });
        return [];
      }
      const message = `is called ${name}, as ${owner.address} of ${owner.stack} is: AWS has room for one of that name`;
      return [{ path: `${stack.name}, ${resource.address}`, message }];
    }),
  );
}

function findName({ type, body }: Resource): string | undefined {
  if (!type.startsWith("aws_") || FREELY_NAMED.has(type)) return undefined;
  const name = body[NAME_ATTRIBUTES[type] ?? "name"];
  return typeof name === "string" && !name.includes("${") ? name : undefined;
}

function findAccount(stack: PolicyStack): string {
  return String(valueAt(stack.list("provider")[0]?.body, "allowed_account_ids"));
}

/** Names without a region (buckets, roles, distributions' policies) hold it themselves, by naming.ts. */
function findRegion(stack: PolicyStack, { body }: Resource): string {
  const alias = String(body.provider ?? "").split(".")[1];
  const own = stack.list("provider").find((provider) => provider.body.alias === alias);
  return String(own?.body.region ?? "");
}
