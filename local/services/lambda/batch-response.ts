/**
 * Which messages of a batch the function wants again, by what it answered: AWS's rules for ReportBatchItemFailures.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * Nothing, `{}`, or an empty or absent list: all succeeded. Anything malformed, or an id that was not in the batch: all
 * failed, because the function's word cannot be trusted then.
 */
export function findFailedIds(answer: unknown, batchIds: readonly string[]): readonly string[] {
  if (answer === null || answer === undefined) return [];
  if (typeof answer !== "object" || Array.isArray(answer)) return batchIds;
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  if (batchItemFailures === null || batchItemFailures === undefined) return [];
  if (!Array.isArray(batchItemFailures)) return batchIds;
  const ids = batchItemFailures.map(
    (failure: unknown) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier,
  );
  const known = ids.every((id): id is string => typeof id === "string" && batchIds.includes(id));
  return known ? ids : batchIds;
}
