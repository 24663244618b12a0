import { MemoryRenditionStore } from "../../../lambdas/adapters/memory/rendition-store.ts";
import { MemorySourceStore } from "../../../lambdas/adapters/memory/source-store.ts";
import { describeRenditionStore, describeSourceStore } from "../ports/object-store.contract.ts";

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
