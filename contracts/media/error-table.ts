import { createErrorRows } from "../http/error-table.ts";
import { ERRORS } from "./errors.ts";

/** The table of error codes, in Markdown. */
export function createErrorTable(): string {
  return `# Errors

Every failed request has the body \`{"error": {"code", "message", "details"?, "requestId"}}\`; a job that FAILED or EXPIRED has
\`error: {"code", "message"}\` in its status. A code with an HTTP status answers requests, the others end jobs. "Retry" says
whether the same again can succeed: a worker that meets such an error hands its message back to the queue.

This page is made from \`contracts/media/errors.ts\`; \`npx vitest run tests/contracts/media/documents.test.ts -u\` writes it anew.

| code | HTTP | retry | says |
|---|---|---|---|
${createErrorRows(ERRORS)}
`;
}
