import { createApiClient } from "./api-client.ts";
import { loadConfig } from "./config.ts";
import { createLanes } from "./lanes.ts";
import { uploadFile } from "./upload-file.ts";
import { createDropZone } from "./views/drop-zone.ts";
import { requireElement } from "./views/element.ts";
import { createUploadCard } from "./views/upload-card.ts";

/** More at once only share the same line. */
const UPLOADS_AT_ONCE = 3;

async function start(): Promise<void> {
  const { apiUrl } = await loadConfig();
  const means = { api: createApiClient(apiUrl), inLane: createLanes(UPLOADS_AT_ONCE) };
  const list = requireElement("uploads", HTMLUListElement);
  createDropZone(({ files, convertTo }) => {
    for (const file of files) {
      const card = createUploadCard(file);
      list.prepend(card.root);
      void uploadFile(means, file, convertTo, card);
    }
  });
}

start().catch((error: unknown) => {
  const notice = requireElement("notice", HTMLParagraphElement);
  notice.textContent = error instanceof Error ? error.message : String(error);
  notice.hidden = false;
});
