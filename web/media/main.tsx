import { effect } from "@preact/signals";
import { render } from "preact";
import { announce } from "../shell/announce.tsx";
import { receiveFiles } from "../shell/receive-files.ts";
import { addFiles } from "./add-files.ts";
import { openItemStore } from "./item-store.ts";
import { sendFile } from "./send-file.ts";
import { searchServer } from "./server.ts";
import { Sheet } from "./sheet.ts";
import { MediaPage } from "./views/media-page.tsx";

const ONE_SECOND_MS = 1_000;
/** Often enough to be told, not so often that nothing else can be heard. */
const ANNOUNCE_MS = 5_000;

// Before anything is fetched: what a person drops in the meantime is kept, and never replaces the page.
const isOver = receiveFiles((files) => void addFiles(sheet, files));
const server = searchServer();
const sheet = new Sheet({ store: openItemStore(), getServer: server.find, sendFile });

render(<MediaPage sheet={sheet} server={server} isOver={isOver} />, document.getElementById("page") ?? document.body);

setInterval(() => sheet.tick(), ONE_SECOND_MS);
announceProgress();
askBeforeLeaving();

function announceProgress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const { endedCount, isUnderWay, text } = sheet.summary.value;
    if (!isUnderWay && endedCount === 0) return;
    clearTimeout(isUnderWay ? undefined : timer);
    if (isUnderWay && timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        announce(sheet.summary.peek().text || text);
      },
      isUnderWay ? ANNOUNCE_MS : 0,
    );
  });
}

/** Listens only while it would cost something: a page that always listens is not kept for Back. */
function askBeforeLeaving(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  effect(() => {
    if (sheet.isSending.value) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}
