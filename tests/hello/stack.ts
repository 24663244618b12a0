import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { defineRoute } from "../../contracts/http/route.ts";
import { defineTable } from "../../contracts/tables.ts";
import { HttpApi, leadRoutes } from "../../stacks/constructs/http-api.ts";
import { NodeFunction } from "../../stacks/constructs/node-function.ts";
import { Table } from "../../stacks/constructs/table.ts";
import { regionalName } from "../../stacks/support/naming.ts";
import { SystemStack, type SystemStackProps } from "../../stacks/system-stack.ts";
import type { HelloSettings } from "./settings.ts";

const HELLO = defineRoute<{ response: string }>()({ method: "GET", path: "/hello", auth: "none", errors: [] });
const GREETINGS = defineTable({ hashKey: { name: "name", type: "S" }, ttlAttribute: "forgetAt", indexes: {} });

/** The smallest whole system, whose parts are called as some of media's are: what clashes with anything clashes here. */
export class HelloStack extends SystemStack<HelloSettings> {
  constructor(scope: Construct, props: SystemStackProps<HelloSettings>) {
    super(scope, "hello", props);
    const { logDays, isProtected, origins, requestsPerSecond } = this.environment;
    const tableName = regionalName(this.naming, "table", "jobs");
    const table = new Table(this, "jobs", { tableName, definition: GREETINGS, isProtected });
    const presign = new NodeFunction(this, "presign", {
      naming: this.naming,
      code: this.artifacts.getFunction("hello/presign"),
      description: "Says hello.",
      memoryMb: 256,
      timeoutSeconds: 5,
      environment: { GREETINGS_TABLE: table.name },
      logRetentionDays: logDays,
    });
    table.grantGet(presign);
    const api = new HttpApi(this, "api", {
      apiName: regionalName(this.naming, "other", "api"),
      description: "Says hello",
      routes: leadRoutes({ presign: HELLO }, { presign }),
      origins,
      requestsPerSecond,
      burst: 20,
      logRetentionDays: logDays,
    });
    new TerraformOutput(this, "apiUrl", { value: api.url, description: "Where hello is said.", staticId: true });
  }
}
