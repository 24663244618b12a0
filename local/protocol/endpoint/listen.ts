import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Refusal } from "../../model/refusal.ts";

/** Everything listens here and nowhere else: the runtime holds an administrator's keys. */
export const LOOPBACK = "127.0.0.1";

/** Listens on loopback (port 0: any free one) and returns the port. Throws Refusal where the port is taken. */
export async function listen(server: Server, port: number, purpose: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, port, purpose)));
    server.listen(port, LOOPBACK, () => resolve());
  });
  return (server.address() as AddressInfo).port;
}

function explain(error: NodeJS.ErrnoException, port: number, purpose: string): Error {
  if (error.code !== "EADDRINUSE" && error.code !== "EACCES") return error;
  const why = error.code === "EADDRINUSE" ? "is in use by another program" : "is not open to this user";
  return new Refusal("The laptop runtime cannot start:", [
    `port ${port} on ${LOOPBACK}, wanted for ${purpose}, ${why}; stop that program, or set DARKROOM_PORT to the first of some free ports (it and the ports above it are used)`,
  ]);
}

/** Stops taking requests, gives those under way a moment, then cuts them off. */
export async function closeServer(server: Server, graceMs = 1000): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
