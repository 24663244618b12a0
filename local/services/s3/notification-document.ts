import * as z from "zod";
import { createId } from "./catalog.ts";
import { type ConfigurationDocument, listOf, maybeEmpty, NEVER_MISSING } from "./configuration-document.ts";
import { checkNotifications } from "./notifications.ts";
import { S3Error } from "./s3-error.ts";
import type { QueueNotification } from "./seam.ts";
import { parseXml, printXml, type XmlValue } from "./xml.ts";

const filterRule = z.strictObject({ Name: z.string().toLowerCase(), Value: z.string() });
const queue = z.strictObject({
  Id: z.string().optional(),
  Queue: z.string().startsWith("arn:aws:sqs:"),
  Event: listOf(z.string()),
  Filter: maybeEmpty(
    z.strictObject({ S3Key: maybeEmpty(z.strictObject({ FilterRule: listOf(filterRule) })).optional() }),
  ).optional(),
});
const configuration = maybeEmpty(z.strictObject({ QueueConfiguration: listOf(queue) }));

/** `?notification`: to queues. Topics, functions and EventBridge are refused by name. */
export const notificationDocument: ConfigurationDocument = {
  action: "BucketNotification",
  print: ({ notifications = [] }) =>
    printXml("NotificationConfiguration", { QueueConfiguration: notifications.map(print) }),
  parse: (document) => {
    const notifications = parseXml(document, "NotificationConfiguration", configuration).QueueConfiguration.map(parse);
    checkNotifications(notifications);
    return { notifications };
  },
  missing: NEVER_MISSING,
};

function parse(one: z.infer<typeof queue>): QueueNotification {
  const rules = one.Filter?.S3Key?.FilterRule ?? [];
  const find = (name: string): string | undefined => rules.find((rule) => rule.Name === name)?.Value;
  if (rules.some(({ Name }) => Name !== "prefix" && Name !== "suffix")) {
    throw new S3Error("InvalidArgument", "filter rule name must be either prefix or suffix");
  }
  const [prefix, suffix] = [find("prefix"), find("suffix")];
  return {
    id: one.Id ?? createId(),
    queueArn: one.Queue,
    events: one.Event,
    ...(prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
  };
}

function print(one: QueueNotification): XmlValue {
  const FilterRule = [
    ...(one.prefix === undefined ? [] : [{ Name: "prefix", Value: one.prefix }]),
    ...(one.suffix === undefined ? [] : [{ Name: "suffix", Value: one.suffix }]),
  ];
  return {
    Id: one.id,
    Queue: one.queueArn,
    Event: one.events,
    Filter: FilterRule.length > 0 ? { S3Key: { FilterRule } } : undefined,
  };
}
