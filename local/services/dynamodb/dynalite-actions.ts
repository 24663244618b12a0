import batchGetItem from "dynalite/actions/batchGetItem.js";
import deleteItem from "dynalite/actions/deleteItem.js";
import deleteTable from "dynalite/actions/deleteTable.js";
import describeTable from "dynalite/actions/describeTable.js";
import getItem from "dynalite/actions/getItem.js";
import listTables from "dynalite/actions/listTables.js";
import putItem from "dynalite/actions/putItem.js";
import query from "dynalite/actions/query.js";
import scan from "dynalite/actions/scan.js";
import updateItem from "dynalite/actions/updateItem.js";
import dynalite from "dynalite/db/index.js";
import batchGetItemRules from "dynalite/validations/batchGetItem.js";
import batchWriteItemRules from "dynalite/validations/batchWriteItem.js";
import deleteItemRules from "dynalite/validations/deleteItem.js";
import deleteTableRules from "dynalite/validations/deleteTable.js";
import describeTableRules from "dynalite/validations/describeTable.js";
import getItemRules from "dynalite/validations/getItem.js";
import validations from "dynalite/validations/index.js";
import listTablesRules from "dynalite/validations/listTables.js";
import putItemRules from "dynalite/validations/putItem.js";
import queryRules from "dynalite/validations/query.js";
import scanRules from "dynalite/validations/scan.js";
import updateItemRules from "dynalite/validations/updateItem.js";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";

/**
 * dynalite in process: its rules check and parse a request, its actions carry it out. Its HTTP server is left out,
 * because it verifies no signature, and because transactions need its parts one by one.
 */
export const ACTIONS = {
  batchGetItem,
  deleteItem,
  deleteTable,
  describeTable,
  getItem,
  listTables,
  putItem,
  query,
  scan,
  updateItem,
};

const RULES = {
  batchGetItem: batchGetItemRules,
  batchWriteItem: batchWriteItemRules,
  deleteItem: deleteItemRules,
  deleteTable: deleteTableRules,
  describeTable: describeTableRules,
  getItem: getItemRules,
  listTables: listTablesRules,
  putItem: putItemRules,
  query: queryRules,
  scan: scanRules,
  updateItem: updateItemRules,
} satisfies Record<string, Dynalite.Validation>;

/** Members that dynalite does not know, which are honoured here, or which change nothing on a laptop. */
const ALSO_KNOWN = ["ReturnValuesOnConditionCheckFailure", "ReturnItemCollectionMetrics", "ClientRequestToken"];

/** Checks and parses a request. Throws AwsError in DynamoDB's words. */
export function prepare(store: Dynalite.Store, name: keyof typeof RULES, input: JsonInput): Dynalite.Data {
  const rules: Dynalite.Validation = RULES[name];
  const unknown = Object.keys(input).find((key) => !Object.hasOwn(rules.types, key) && !ALSO_KNOWN.includes(key));
  if (unknown)
    throw validationError(`The laptop runtime's DynamoDB does not know the parameter ${unknown} of this operation.`);
  try {
    const data = validations.checkTypes(structuredClone(input) as Dynalite.Data, rules.types);
    validations.checkValidations(data, rules.types, rules.custom, store);
    return { ...data, ReturnValuesOnConditionCheckFailure: input.ReturnValuesOnConditionCheckFailure };
  } catch (error) {
    throw toAwsError(error);
  }
}

/** Carries out a prepared request. Rejects with AwsError in DynamoDB's words. */
export function act(store: Dynalite.Store, action: Dynalite.Action, data: Dynalite.Data): Promise<Dynalite.Data> {
  return new Promise((resolve, reject) => {
    action(store, data, (error, value) => {
      if (error) reject(toAwsError(error));
      else resolve(value ?? {});
    });
  });
}

export function getTable(store: Dynalite.Store, name: string): Promise<Dynalite.Table> {
  return new Promise((resolve, reject) => {
    store.getTable(name, false, (error, table) => (table ? resolve(table) : reject(toAwsError(error))));
  });
}

/** dynalite's refusals carry the answer; anything else that it throws is a fault. */
export function toAwsError(error: unknown): unknown {
  const { body, statusCode } = (error ?? {}) as Partial<Dynalite.Refusal>;
  if (!body || !statusCode) return error;
  const [namespace, code = "ValidationException"] = body.__type.split("#");
  const members = body.Item ? { Item: body.Item } : {};
  return new AwsError(code, body.message ?? body.Message ?? "", {
    status: statusCode,
    members,
    ...(namespace && { namespace }),
  });
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message, { namespace: "com.amazon.coral.validate" });
}

/**
 * ReturnValuesOnConditionCheckFailure, which dynalite lacks: its check of a condition is the one place that sees the
 * item under its lock, so the item is attached to the refusal there.
 */
const checkConditional = dynalite.checkConditional;
dynalite.checkConditional = (data, existing) => {
  const refusal = checkConditional(data, existing);
  if (refusal && existing && data.ReturnValuesOnConditionCheckFailure === "ALL_OLD") refusal.body.Item = existing;
  return refusal;
};
