import type { RouteDocument } from "../../http/document.ts";
import { ACCEPTED_FORMATS } from "../accepted-formats.ts";
import { presignResponse } from "../api.ts";
import { EXAMPLES } from "../api-examples.ts";
import { MAX_UPLOAD_BYTES } from "../limits.ts";
import { CONVERSIONS, MEDIA_KINDS } from "../media.ts";
import { presignRequest } from "../presign-request.ts";
import type { presignRoute } from "../routes/presign.ts";

const SIGNED_TYPES = [
  ...new Set(Object.values(ACCEPTED_FORMATS).flatMap((formats) => formats.map((it) => it.contentType))),
];

/** `POST /presign/upload`, for its readers. */
export const presignDocument = {
  operationId: "presignUpload",
  summary: "Creates a job and one upload for it, which works for five minutes.",
  description: [
    "POST (the default): send every field, then the file as `file`, as multipart/form-data. PUT: send the file itself with exactly the headers given.",
    "The upload works once. A PUT whose answer was lost and that is sent again is answered 412 by S3: the file is there. Do not start over: ask for the status, which tells what has become of it.",
  ].join("\n\n"),
  request: {
    name: "PresignRequest",
    schema: presignRequest,
    /** What a request must keep to that the schema leaves to the rules behind it, whose words say more. */
    properties: {
      fileName: {
        description: "As the person calls it. Marks that nobody sees are removed; 255 bytes of it are kept.",
      },
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
    },
    examples: EXAMPLES.presignRequest,
  },
  answers: {
    201: {
      description: "The upload, and where to ask for its status.",
      body: {
        name: "PresignResponse",
        schema: presignResponse,
        properties: { contentType: { enum: SIGNED_TYPES } },
        examples: EXAMPLES.presignResponse,
      },
    },
  },
} as const satisfies RouteDocument<typeof presignRoute>;
