import { createHash } from "node:crypto";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";

/** A message attribute, as the API carries it; `BinaryValue` is base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message at rest. Times are milliseconds since 1970. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** SenderId, AWSTraceHeader, DeadLetterQueueSourceArn. */
  readonly system: Readonly<Record<string, string>>;
  readonly sentAt: number;
  /** Hidden until then: delayed, or in flight. */
  readonly visibleAt: number;
  /** Received by this process, an event source mapping's: when the process dies, nobody holds it any more. */
  readonly heldInside?: boolean;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  readonly receivedAt?: number;
  /** Of the newest receipt handle. */
  readonly receipt?: string;
}

export function md5(text: string | Buffer): string {
  return createHash("md5").update(text).digest("hex");
}

/**
 * AWS's MD5 of message attributes: sorted by name; length-prefixed name, type, transport (1 text, 2 binary), value.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const attribute = attributes[name];
    if (!attribute) return [];
    const binary = attribute.BinaryValue !== undefined;
    const value = binary
      ? Buffer.from(attribute.BinaryValue ?? "", "base64")
      : Buffer.from(attribute.StringValue ?? "");
    return [
      ...lengthPrefixed(Buffer.from(name)),
      ...lengthPrefixed(Buffer.from(attribute.DataType)),
      Buffer.from([binary ? 2 : 1]),
      ...lengthPrefixed(value),
    ];
  });
  return md5(Buffer.concat(parts));
}

function lengthPrefixed(value: Buffer): Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return [length, value];
}

/** What counts towards the size limit: the body, and name, type and value of each attribute. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  const attributeBytes = Object.entries(attributes).map(
    ([name, { DataType, StringValue = "", BinaryValue = "" }]) =>
      Buffer.byteLength(name + DataType + StringValue) + Buffer.from(BinaryValue, "base64").length,
  );
  return attributeBytes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(body));
}

/** What XML 1.0 allows: tab, line feed, carriage return, and everything from the space on but for FFFE and FFFF. */
const FORBIDDEN_CHARACTERS = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Throws AwsError for a body that SQS would refuse. */
export function checkBody(body: unknown): string {
  if (typeof body !== "string" || body === "")
    throw new AwsError("MissingRequiredParameterException", "The request must contain the parameter MessageBody.", {
      queryCode: "MissingParameter",
    });
  if (FORBIDDEN_CHARACTERS.test(body))
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
      {
        namespace: "com.amazonaws.sqs",
      },
    );
  return body;
}

const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/;
const MAX_ATTRIBUTES = 10;

/** Throws AwsError for attributes that SQS would refuse. */
export function parseMessageAttributes(input: unknown, only?: readonly string[]): MessageAttributes {
  if (input === undefined || input === null) return {};
  if (typeof input !== "object") throw invalidParameter("MessageAttributes must be an object.");
  const entries = Object.entries(input);
  if (entries.length > MAX_ATTRIBUTES)
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  const unknown = entries.find(([name]) => only !== undefined && !only.includes(name));
  if (unknown) throw invalidParameter(`Message system attribute name '${unknown[0]}' is invalid.`);
  return Object.fromEntries(entries.map(([name, value]) => [name, parseMessageAttribute(name, value)]));
}

function parseMessageAttribute(name: string, value: unknown): MessageAttribute {
  if (!ATTRIBUTE_NAME.test(name) || /^(aws|amazon)\./i.test(name))
    throw invalidParameter(`The message attribute name '${name}' is invalid.`);
  const { DataType, StringValue, BinaryValue } = (value ?? {}) as Record<string, unknown>;
  const [type] = typeof DataType === "string" ? DataType.split(".") : [];
  const wanted = type === "Binary" ? BinaryValue : type === "String" || type === "Number" ? StringValue : undefined;
  if (typeof DataType !== "string" || typeof wanted !== "string" || wanted === "")
    throw invalidParameter(
      `The message attribute '${name}' must have a DataType of String, Number or Binary and its value.`,
    );
  return type === "Binary" ? { DataType, BinaryValue: wanted } : { DataType, StringValue: wanted };
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue" });
}
