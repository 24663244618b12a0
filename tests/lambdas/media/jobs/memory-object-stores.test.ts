import { MemoryRenditionStore } from "../../../../lambdas/media/jobs/memory/rendition-store.ts";
import { MemorySourceStore } from "../../../../lambdas/media/jobs/memory/source-store.ts";
import { describeRenditionStore, describeSourceStore } from "./object-store.contract.ts";

describeSourceStore("in memory", () => {
  const store = new MemorySourceStore();
  return {
    store,
    upload: async (key, body) => store.upload(key, body),
    remove: async (key, versionId) => store.remove(key, versionId),
  };
});

describeRenditionStore("in memory", () => {
  const store = new MemoryRenditionStore();
  return { store, find: async (key) => store.objects.get(key) };
});
