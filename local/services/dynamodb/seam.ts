import type { AwsService } from "../../service.ts";

export interface TableSettings {
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: "S" | "N" | "B" }[];
  readonly globalSecondaryIndexes: readonly {
    readonly name: string;
    readonly hashKey: string;
    readonly rangeKey?: string;
    readonly projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
    readonly nonKeyAttributes?: readonly string[];
  }[];
  /** The attribute that holds a row's time of death, epoch seconds. */
  readonly ttlAttribute?: string;
  readonly deletionProtection: boolean;
}

export interface DynamoDbService extends AwsService {
  putTable(name: string, settings: TableSettings): Promise<{ readonly arn: string }>;
}
