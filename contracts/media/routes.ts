/** The HTTP API's addresses. Apart from `api.ts`, so that the page has them without the schemas. */
export const API_ROUTES = {
  presign: { method: "POST", path: "/presign/upload" },
  limits: { method: "GET", path: "/limits" },
  status: { method: "GET", path: "/status" },
} as const;

export type ApiRoute = (typeof API_ROUTES)[keyof typeof API_ROUTES];
