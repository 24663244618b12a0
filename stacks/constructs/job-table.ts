import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import { ACTIONS, type Grantee } from "../support/permissions.ts";

export interface JobTableProps {
  /** 3–255 characters. */
  readonly tableName: string;
  /** True: neither Terraform nor a person can delete it. */
  readonly isProtected: boolean;
}

/** Names that lambdas/adapters/aws writes; see lambdas/media/jobs/job-table.ts for the record. */
const HASH_KEY = "jobId";
const TTL_ATTRIBUTE = "forgetAt";
const ABANDONED_INDEX = { name: "abandoned", hashKey: "openStatus", rangeKey: "abandonedAt" } as const;

/**
 * The record of every job: paid per request, encrypted, restorable to any second of the last 35 days, rows forgotten in
 * time. The sparse index `abandoned` holds only jobs whose upload has not come.
 */
export class JobTable extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: JobTableProps) {
    super(scope, `${id}-table`);
    const table = withLogicalId(this.createTable(props), id);
    this.name = table.name;
    this.arn = table.arn;
  }

  grantCreate(grantee: Grantee): void {
    grantee.addStatement({ Sid: "CreateJobs", Effect: "Allow", Action: ACTIONS.createItems, Resource: this.arn });
  }

  grantGet(grantee: Grantee): void {
    grantee.addStatement({ Sid: "GetJobs", Effect: "Allow", Action: ACTIONS.getItems, Resource: this.arn });
  }

  grantUpdate(grantee: Grantee): void {
    grantee.addStatement({ Sid: "UpdateJobs", Effect: "Allow", Action: ACTIONS.updateItems, Resource: this.arn });
  }

  grantListAbandoned(grantee: Grantee): void {
    grantee.addStatement({
      Sid: "ListAbandonedJobs",
      Effect: "Allow",
      Action: ACTIONS.queryIndex,
      Resource: `${this.arn}/index/${ABANDONED_INDEX.name}`,
    });
  }

  private createTable(props: JobTableProps): DynamodbTable {
    return new DynamodbTable(this, "table", {
      name: props.tableName,
      billingMode: "PAY_PER_REQUEST",
      hashKey: HASH_KEY,
      attribute: [
        { name: HASH_KEY, type: "S" },
        { name: ABANDONED_INDEX.hashKey, type: "S" },
        { name: ABANDONED_INDEX.rangeKey, type: "N" },
      ],
      globalSecondaryIndex: [{ ...ABANDONED_INDEX, projectionType: "KEYS_ONLY" }],
      ttl: { attributeName: TTL_ATTRIBUTE, enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: props.isProtected,
      lifecycle: { preventDestroy: props.isProtected },
    });
  }
}
