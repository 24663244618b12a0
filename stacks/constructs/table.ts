import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { Construct } from "constructs";
import { type IndexDefinition, listKeys, type TableDefinition } from "../../contracts/tables.ts";
import { withLogicalId } from "../support/logical-id.ts";
import { ACTIONS, type Grantee } from "../support/permissions.ts";

export interface TableProps<Definition extends TableDefinition> {
  /** 3–255 characters. */
  readonly tableName: string;
  readonly definition: Definition;
  /** True: neither Terraform nor a person can delete it. */
  readonly isProtected: boolean;
}

/**
 * A table as its definition has it: paid per request, encrypted, restorable to any second of the last 35 days, rows forgotten
 * in time where the definition says by which attribute.
 */
export class Table<Definition extends TableDefinition> extends Construct {
  readonly name: string;
  readonly arn: string;
  private readonly logicalId: string;

  constructor(scope: Construct, id: string, props: TableProps<Definition>) {
    super(scope, `${id}-table`);
    this.logicalId = id;
    const table = withLogicalId(this.createTable(props), id);
    this.name = table.name;
    this.arn = table.arn;
  }

  grantCreate(grantee: Grantee): void {
    this.grant(grantee, "Create", ACTIONS.createItems);
  }

  grantGet(grantee: Grantee): void {
    this.grant(grantee, "Get", ACTIONS.getItems);
  }

  grantUpdate(grantee: Grantee): void {
    this.grant(grantee, "Update", ACTIONS.updateItems);
  }

  /** Reading one index; the table itself stays closed. */
  grantList(grantee: Grantee, index: Extract<keyof Definition["indexes"], string>): void {
    this.grant(grantee, `List${capital(index)}`, ACTIONS.queryIndex, `${this.arn}/index/${index}`);
  }

  private grant(grantee: Grantee, verb: string, actions: readonly string[], resource = this.arn): void {
    grantee.addStatement({
      Sid: `${verb}${capital(this.logicalId)}`,
      Effect: "Allow",
      Action: actions,
      Resource: resource,
    });
  }

  private createTable({ tableName, definition, isProtected }: TableProps<Definition>): DynamodbTable {
    const { hashKey, rangeKey, ttlAttribute, indexes } = definition;
    return new DynamodbTable(this, "table", {
      name: tableName,
      billingMode: "PAY_PER_REQUEST",
      hashKey: hashKey.name,
      ...(rangeKey && { rangeKey: rangeKey.name }),
      attribute: listKeys(definition).map(({ name, type }) => ({ name, type })),
      globalSecondaryIndex: Object.entries(indexes).map(([name, index]) => ({
        name,
        hashKey: index.hashKey.name,
        ...(index.rangeKey && { rangeKey: index.rangeKey.name }),
        ...describeProjection(index),
      })),
      ...(ttlAttribute && { ttl: { attributeName: ttlAttribute, enabled: true } }),
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: isProtected,
      lifecycle: { preventDestroy: isProtected },
    });
  }
}

function describeProjection({ projection }: IndexDefinition) {
  if (typeof projection === "string") return { projectionType: projection };
  return { projectionType: "INCLUDE", nonKeyAttributes: [...projection] };
}

/** `jobs` → `Jobs`: a Sid is one word. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
