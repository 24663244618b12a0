import type { Json } from "../http/document.ts";
import { createOpenApiDocument } from "../http/openapi.ts";
import { ERROR_DETAILS } from "./api-examples.ts";
import { DOCUMENTS } from "./documents/index.ts";
import { ERRORS } from "./errors.ts";
import { ROUTES } from "./routes/index.ts";

/** The HTTP API as an OpenAPI 3.1 document: docs/openapi.json. */
export function createMediaDocument(version: string): Json {
  return createOpenApiDocument({
    info: {
      title: "Darkroom",
      version,
      summary: "Uploads become finished media.",
      description:
        "Ask for an upload, send the file to the address that comes back, then ask for its status until the renditions are there.",
    },
    servers: SERVERS,
    routes: ROUTES,
    documents: DOCUMENTS,
    errors: { table: ERRORS, details: ERROR_DETAILS },
  });
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
