import * as z from "zod/mini";
import { errorResponse, limitsResponse, presignRequest, presignResponse, statusResponse } from "./api.ts";
import { ERROR_CODES, ERRORS, type ErrorCode } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { API_ROUTES } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

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
    paths: {
      [API_ROUTES.presign.path]: { post: describePresign() },
      [API_ROUTES.limits.path]: { get: describeLimits() },
      [API_ROUTES.status.path]: { get: describeStatus() },
    },
    components: {
      schemas: {
        PresignRequest: toSchema(presignRequest),
        PresignResponse: toSchema(presignResponse),
        LimitsResponse: toSchema(limitsResponse),
        StatusResponse: toSchema(statusResponse),
        ErrorResponse: toSchema(errorResponse),
      },
    },
  };
}

function describePresign(): Json {
  return {
    operationId: "presignUpload",
    summary: "Creates a job and one upload for it, which works for five minutes.",
    description:
      "POST (the default): send every field, then the file as `file`, as multipart/form-data. PUT: send the file itself with exactly the headers given.",
    requestBody: {
      required: true,
      description: `At most ${MAX_BODY_BYTES} bytes.`,
      content: toContent("PresignRequest"),
    },
    responses: {
      201: { description: "The upload, and where to ask for its status.", content: toContent("PresignResponse") },
      ...describeErrors(
        "INVALID_JSON",
        "INVALID_REQUEST",
        "UNSUPPORTED_CONTENT_TYPE",
        "UNSUPPORTED_CONVERSION",
        "FILE_TOO_LARGE",
        "FILE_EMPTY",
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
    responses: {
      200: { description: "The limits of this deployment.", content: toContent("LimitsResponse") },
      ...describeErrors("INTERNAL"),
    },
  };
}

function describeStatus(): Json {
  const parameter = (name: string, description: string) => {
    return { name, in: "query", required: false, description, schema: { type: "string" } };
  };
  return {
    operationId: "getStatus",
    summary: "Tells what has become of an upload.",
    parameters: [
      parameter("jobId", "The job's id. Give exactly one of jobId and key."),
      parameter("key", "The object key that the upload was given."),
    ],
    responses: {
      200: {
        description: "The job. Ask again after `Retry-After` seconds while that header is there.",
        headers: { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } },
        content: toContent("StatusResponse"),
      },
      ...describeErrors("INVALID_REQUEST", "JOB_NOT_FOUND", "INTERNAL"),
    },
  };
}

/** One answer per status; its description lists the codes. */
function describeErrors(...codes: readonly ErrorCode[]): Json {
  const answers: Record<string, { description: string; content: Json }> = {};
  for (const code of codes) {
    const entry = ERRORS[code];
    const status = "status" in entry ? String(entry.status) : "500";
    const line = `${code}: ${entry.message}`;
    const known = answers[status]?.description;
    answers[status] = { description: known ? `${known}\n${line}` : line, content: toContent("ErrorResponse") };
  }
  return answers;
}

function toContent(name: string): Json {
  return { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } };
}

function toSchema(schema: z.core.$ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12" });
  return rest;
}

/** The table of error codes, in Markdown. */
export function createErrorTable(): string {
  const rows = ERROR_CODES.map((code) => {
    const entry = ERRORS[code];
    const status = "status" in entry ? String(entry.status) : "";
    return `| \`${code}\` | ${status} | ${entry.retryable ? "yes" : "no"} | ${entry.message} |`;
  });
  return `# Errors

Every failed request has the body \`{"error": {"code", "message", "details"?, "requestId"}}\`; a job that FAILED or EXPIRED has
\`error: {"code", "message"}\` in its status. A code with an HTTP status answers requests, the others end jobs. "Retry" says
whether the same again can succeed: a worker that meets such an error hands its message back to the queue.

This page is made from \`contracts/errors.ts\`; \`npx vitest run tests/contracts/documents.test.ts -u\` writes it anew.

| code | HTTP | retry | says |
|---|---|---|---|
${rows.join("\n")}
`;
}
