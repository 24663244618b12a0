import sharp from "sharp";

/**
 * sharp as this function uses it, set once per process. Over 200 warm pictures these settings, with MALLOC_ARENA_MAX=2,
 * keep the process at 230 MB against 600 MB with sharp's own (performance.md).
 */

// Every picture is read once: a cache of decoded operations only holds memory.
sharp.cache(false);
// Threads per picture. A second one costs CPU, which is what Lambda bills, and below 1769 MB there is no second core.
sharp.concurrency(1);
// The bytes are sniffed before they come here (threats.md I3); should one slip through, no other decoder answers.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpeg",
    "VipsForeignLoadUhdr",
    "VipsForeignLoadPng",
    "VipsForeignLoadWebp",
    "VipsForeignLoadHeif",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadTiff",
  ],
});

export { sharp };
