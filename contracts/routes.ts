/** The HTTP API's addresses. Apart from `api.ts`, so that the page has them without the schemas. */
export const API_ROUTES = {
  presign: { method: "POST", path: "/presign/upload" },
  status: { method: "GET", path: "/status" },
} as const;
