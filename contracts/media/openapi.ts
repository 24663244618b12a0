import * as z from "zod/mini";
import { ACCEPTED_FORMATS } from "./accepted-formats.ts";
import { errorResponse, limitsResponse, presignRequest, presignResponse, statusResponse } from "./api.ts";
import { EXAMPLES } from "./api-examples.ts";
import { ERRORS, type ErrorCode } from "./errors.ts";
import { MAX_BODY_BYTES, MAX_UPLOAD_BYTES } from "./limits.ts";
import { CONVERSIONS, MEDIA_KINDS } from "./media.ts";
import { API_ROUTES } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

/** A route without a document does not compile. */
const OPERATIONS: Readonly<Record<keyof typeof API_ROUTES, () => Json>> = {
  presign: describePresign,
  limits: describeLimits,
  status: describeStatus,
};

/** The HTTP API as an OpenAPI 3.1 document, made from the schemas that the functions themselves use. */
export function createOpenApiDocument(version: string): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Darkroom",
      version,
      summary: "Uploads become finished media.",
      description:
        "Ask for an upload, send the file to the address that comes back, then ask for its status until the renditions are there.",
    },
    servers: SERVERS,
    security: [],
    paths: describePaths(),
    components: {
      schemas: {
        PresignRequest: describeRequest(presignRequest, PRESIGN_LIMITS),
        PresignResponse: describeAnswer(presignResponse, { contentType: { enum: SIGNED_TYPES } }),
        LimitsResponse: describeAnswer(limitsResponse),
        StatusResponse: describeAnswer(statusResponse),
        ErrorResponse: describeAnswer(errorResponse),
        GatewayError: GATEWAY_ERROR,
      },
    },
  };
}

const SERVERS: readonly Json[] = [
  {
    url: "https://{apiId}.execute-api.{region}.amazonaws.com",
    description: "On AWS: the output `apiUrl` of the stack. A page finds it in the `config.json` beside it.",
    variables: {
      apiId: { default: "a1b2c3d4e5", description: "API Gateway's name for the API." },
      region: { default: "eu-central-1", description: "`region` in environments.ts." },
    },
  },
  {
    url: "http://127.0.0.1:{port}",
    description: "On a laptop: `npm start` prints it, `.darkroom/outputs.json` keeps it as `apiUrl`.",
    variables: { port: { default: "4568", description: "The endpoint's, DARKROOM_PORT, is 4566, the page's 4567." } },
  },
];

/** API Gateway's own refusals: they never reach a function, and so have no code. */
const GATEWAY_ERROR: Json = {
  type: "object",
  description: "API Gateway's own answer, which no function made.",
  properties: { message: { type: "string" } },
  required: ["message"],
};

const SIGNED_TYPES = [
  ...new Set(Object.values(ACCEPTED_FORMATS).flatMap((formats) => formats.map((it) => it.contentType))),
];

/** What a request must keep to that the schema leaves to the rules behind it, whose words say more. */
const PRESIGN_LIMITS: Readonly<Record<string, Json>> = {
  fileName: { description: "As the person calls it. Marks that nobody sees are removed; 255 bytes of it are kept." },
  contentType: {
    description:
      "What the browser or recorder says, parameters included, or nothing: the name's extension decides then. GET /limits lists what is accepted.",
  },
  size: {
    minimum: 1,
    maximum: MAX_UPLOAD_BYTES,
    description: "The file's exact length in bytes. GET /limits tells the largest of each kind.",
  },
  convertTo: {
    enum: [...new Set(Object.values(CONVERSIONS).flat())],
    description: `One more rendition, in full size. ${MEDIA_KINDS.map((kind) => `${kind}: ${CONVERSIONS[kind].join(", ")}`).join("; ")}.`,
  },
  method: { default: "POST", description: "A form, or the bare file." },
};

function describePaths(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, { method, path }] of Object.entries(API_ROUTES)) {
    const operations = paths[path] ?? {};
    operations[method.toLowerCase()] = OPERATIONS[name as keyof typeof API_ROUTES]();
    paths[path] = operations;
  }
  return paths;
}

function describePresign(): Json {
  return {
    operationId: "presignUpload",
    summary: "Creates a job and one upload for it, which works for five minutes.",
    description: [
      "POST (the default): send every field, then the file as `file`, as multipart/form-data. PUT: send the file itself with exactly the headers given.",
      "The upload works once. A PUT whose answer was lost and that is sent again is answered 412 by S3: the file is there. Do not start over: ask for the status, which tells what has become of it.",
    ].join("\n\n"),
    requestBody: {
      required: true,
      description: `At most ${MAX_BODY_BYTES} bytes.`,
      content: describeContent("PresignRequest", EXAMPLES.presignRequest),
    },
    responses: {
      201: {
        description: "The upload, and where to ask for its status.",
        content: describeContent("PresignResponse", EXAMPLES.presignResponse),
      },
      ...describeErrors(
        "INVALID_JSON",
        "BODY_NOT_JSON",
        "INVALID_REQUEST",
        "UNSUPPORTED_CONTENT_TYPE",
        "UNSUPPORTED_CONVERSION",
        "FILE_TOO_LARGE",
        "FILE_EMPTY",
        "METHOD_NOT_ALLOWED",
        "BODY_TOO_LARGE",
        "INTERNAL",
      ),
    },
  };
}

function describeLimits(): Json {
  return {
    operationId: "getLimits",
    summary: "Tells what is accepted: formats, sizes, lengths, and what is refused by name.",
    parameters: [IF_NONE_MATCH],
    responses: {
      200: {
        description: "The limits of this deployment. They may be kept for five minutes.",
        headers: { ETag: ETAG, "Cache-Control": { schema: { type: "string" } } },
        content: describeContent("LimitsResponse", EXAMPLES.limitsResponse),
      },
      304: NOT_MODIFIED,
      ...describeErrors("METHOD_NOT_ALLOWED", "INTERNAL"),
    },
  };
}

function describeStatus(): Json {
  const parameter = (name: string, maxLength: number, description: string) => {
    return { name, in: "query", required: false, description, schema: { type: "string", minLength: 1, maxLength } };
  };
  return {
    operationId: "getStatus",
    summary: "Tells what has become of an upload.",
    description: "A job reads PENDING until a worker has begun, whether or not its file has come.",
    parameters: [
      parameter("jobId", 36, "The job's id. Give exactly one of jobId and key."),
      parameter("key", 42, "The object key that the upload was given."),
      IF_NONE_MATCH,
    ],
    responses: {
      200: {
        description: "The job. Ask again after `Retry-After` seconds while that header is there.",
        headers: { ETag: ETAG, "Retry-After": RETRY_AFTER },
        content: describeContent("StatusResponse", EXAMPLES.statusResponse),
      },
      304: { ...NOT_MODIFIED, headers: { ETag: ETAG, "Retry-After": RETRY_AFTER } },
      ...describeErrors("INVALID_REQUEST", "JOB_NOT_FOUND", "METHOD_NOT_ALLOWED", "INTERNAL"),
    },
  };
}

const ETAG: Json = { description: "Strong: equal bytes, and only those, have equal tags.", schema: { type: "string" } };
const RETRY_AFTER: Json = { description: "Seconds.", schema: { type: "integer", minimum: 1 } };
const IF_NONE_MATCH: Json = {
  name: "If-None-Match",
  in: "header",
  required: false,
  description: "The ETag of an answer that is known: 304 says that it still holds.",
  schema: { type: "string" },
};
const NOT_MODIFIED: Json = { description: "Nothing has changed; there is no body.", headers: { ETag: ETAG } };

/** One answer per status; its description lists the codes, and each has an example. Then what is API Gateway's own. */
function describeErrors(...codes: readonly ErrorCode[]): Json {
  const statuses = new Set(codes.map(findStatus));
  const ours = [...statuses].map((status) => {
    const known = codes.filter((code) => findStatus(code) === status);
    const description = known.map((code) => `${code}: ${ERRORS[code].message}`).join("\n");
    const examples = known.map((code) => [code, EXAMPLES.errorResponse(code)] as const);
    return [status, { description, content: describeContent("ErrorResponse", Object.fromEntries(examples)) }] as const;
  });
  return { ...Object.fromEntries(ours), ...GATEWAY_ANSWERS };
}

function findStatus(code: ErrorCode): number {
  const entry = ERRORS[code];
  return "status" in entry ? entry.status : 500;
}

const GATEWAY_ANSWERS: Json = {
  429: describeGatewayAnswer("Too many requests just now. Wait a second or more and try again.", "Too Many Requests"),
  503: describeGatewayAnswer("No function was free, or none answered in time. Try again.", "Service Unavailable"),
};

function describeGatewayAnswer(description: string, message: string): Json {
  return { description, content: describeContent("GatewayError", { gateway: { message } }) };
}

function describeContent(schema: string, examples: Readonly<Record<string, unknown>>): Json {
  const named = Object.entries(examples).map(([name, value]) => [name, { value }] as const);
  return {
    "application/json": { schema: { $ref: `#/components/schemas/${schema}` }, examples: Object.fromEntries(named) },
  };
}

/** Strict, as the function is. */
function describeRequest(schema: z.core.$ZodType, changes: Readonly<Record<string, Json>>): Json {
  return change(toJsonSchema(schema, "output"), changes);
}

/** Open: a client of today must take what is added tomorrow. */
function describeAnswer(schema: z.core.$ZodType, changes: Readonly<Record<string, Json>> = {}): Json {
  return change(toJsonSchema(schema, "input"), changes);
}

function change(schema: z.core.JSONSchema.BaseSchema, changes: Readonly<Record<string, Json>>): Json {
  for (const [name, addition] of Object.entries(changes)) Object.assign(schema.properties?.[name] ?? {}, addition);
  return schema;
}

/** zod strips unknown properties of what comes in and says of what goes out that there are none. */
function toJsonSchema(schema: z.core.$ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    override({ jsonSchema }) {
      // What a format says already, as an expression of 300 characters, and what any integer of JSON is.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return rest;
}
