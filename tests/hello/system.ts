import { NO_CUSTOMER_KEYS, THIS_YEAR, type Waiver } from "../../stacks/policy/waiver.ts";
import { ENVIRONMENT_NAMES } from "../../stacks/support/environment.ts";
import { stackName } from "../../stacks/support/naming.ts";
import { defineSystem } from "../../stacks/system.ts";
import { helloSettings } from "./settings.ts";
import { HelloStack } from "./stack.ts";

const stacks = ENVIRONMENT_NAMES.map((name) => stackName("hello", name));
const excuse = (rule: Waiver["rule"], resource: string, reason: string): Waiver => ({
  ...{ rule, resources: [resource], stacks, reason },
  ...THIS_YEAR,
  setting: "hello",
});

export const hello = defineSystem({
  name: "hello",
  title: "Says hello, and proves the house.",
  settings: helloSettings,
  waivers: [
    excuse("api-authorized", "aws_apigatewayv2_route.presign", "Whoever asks is greeted."),
    excuse("table-customer-key", "aws_dynamodb_table.jobs", NO_CUSTOMER_KEYS),
    excuse("table-kept", "aws_dynamodb_table.jobs", "dev is there to be thrown away."),
    excuse("log-customer-key", "aws_cloudwatch_log_group.*", NO_CUSTOMER_KEYS),
    excuse("log-year", "aws_cloudwatch_log_group.*", "Retention is a setting of the environment."),
  ],
  artifacts: { functions: ["hello/presign"], layers: [], sites: [] },
  createStack: (scope, props) => new HelloStack(scope, props),
});
