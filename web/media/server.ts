import { type ReadonlySignal, signal } from "@preact/signals";
import { createApiClient } from "./api-client.ts";
import { loadConfig } from "./config.ts";
import type { Server } from "./course.ts";

/** Where the server is. Asked for once the page listens; whoever needs it waits. */
export interface ServerSearch {
  /** What is wrong, in words for the page; undefined for nothing. */
  readonly problem: ReadonlySignal<string | undefined>;
  find(): Promise<Server>;
  retry(): void;
}

export function searchServer(): ServerSearch {
  const problem = signal<string | undefined>(undefined);
  let onFound: (server: Server) => void = () => {};
  const found = new Promise<Server>((resolve) => {
    onFound = resolve;
  });
  let isSearching = false;
  const retry = async () => {
    if (isSearching) return;
    isSearching = true;
    try {
      const { apiUrl } = await loadConfig();
      problem.value = undefined;
      const api = createApiClient(apiUrl);
      // The server refuses by itself what is beyond its limits: they are asked for to say so before a file is sent.
      onFound({ api, limits: await api.getLimits().catch(() => undefined) });
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      isSearching = false;
    }
  };
  addEventListener("online", () => problem.peek() && void retry());
  void retry();
  return { problem, find: () => found, retry: () => void retry() };
}
