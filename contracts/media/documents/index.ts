import type { RouteDocuments } from "../../http/document.ts";
import type { ROUTES } from "../routes/index.ts";
import { limitsDocument } from "./limits.ts";
import { presignDocument } from "./presign.ts";
import { statusDocument } from "./status.ts";

/** A route without a document does not compile. */
export const DOCUMENTS = {
  presign: presignDocument,
  limits: limitsDocument,
  status: statusDocument,
} as const satisfies RouteDocuments<typeof ROUTES>;
