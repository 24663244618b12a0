import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";

const MAX_ENTRIES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

function batchError(code: string, message: string): AwsError {
  return new AwsError(code, message, {
    namespace: "com.amazonaws.sqs",
    queryCode: `AWS.SimpleQueueService.${code}`,
  });
}

/** Throws AwsError for a batch that SQS refuses as a whole. */
export function parseEntries(input: JsonInput): JsonInput[] {
  const entries = Array.isArray(input.Entries) ? (input.Entries as JsonInput[]) : [];
  if (entries.length === 0)
    throw batchError("EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request.");
  if (entries.length > MAX_ENTRIES)
    throw batchError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const ids = entries.map((entry) => String(entry.Id ?? ""));
  if (!ids.every((id) => ENTRY_ID.test(id)))
    throw batchError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw batchError("BatchEntryIdsNotDistinct", `Id ${twice} repeated.`);
  return entries;
}

export function batchTooLong(bytes: number, maxBytes: number): AwsError {
  return batchError(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${maxBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

/** Runs each entry alone: one that is refused is listed under Failed, the others go on. */
export function runEntries(entries: readonly JsonInput[], run: (entry: JsonInput) => object) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { queryCode, message, status } = error;
      const Code = queryCode.replace("AWS.SimpleQueueService.", "");
      Failed.push({ Id: entry.Id, SenderFault: status < 500, Code, Message: message });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
