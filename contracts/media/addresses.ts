import type { Address } from "../http/route.ts";

/** Where the API's routes stand. Apart from their values, so that the page and each function have all of them without a schema. */
export const ADDRESSES = {
  presign: { method: "POST", path: "/presign/upload" },
  limits: { method: "GET", path: "/limits" },
  status: { method: "GET", path: "/status" },
} as const satisfies Record<string, Address>;
