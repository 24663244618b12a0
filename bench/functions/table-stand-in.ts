import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNewRow } from "../../lambdas/media/jobs/aws/job-row.ts";
import { createJob } from "./requests.ts";

/**
 * Answers every write as done and every read with one job, at once: what is measured is the function, and not a table.
 * Gives `use` its address.
 */
export async function withTableStandIn<T>(use: (endpoint: string) => Promise<T>): Promise<T> {
  const item = JSON.stringify({ Item: toNewRow(createJob()) });
  const server = createServer((request, response) => {
    request.resume();
    const isRead = String(request.headers["x-amz-target"]).endsWith("GetItem");
    response.setHeader("content-type", "application/x-amz-json-1.0").end(isRead ? item : "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
