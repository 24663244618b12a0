import type { StatusResponse } from "../../../contracts/media/api.ts";
import type { Grant } from "../../../web/media/api-client.ts";
import type { Item, ItemState } from "../../../web/media/item.ts";

export const JOB_ID = "3f2c1a9e-0000-4000-8000-000000000000";

export function itemIn(state: ItemState, changes: Partial<Item> = {}): Item {
  const base = { id: "a", name: "holiday.jpg", contentType: "image/jpeg", kind: "image" } as const;
  return { ...base, bytes: 1_000_000, addedAt: 0, state, ...changes };
}

export function grantUntil(expiresAt = new Date(Date.now() + 300_000)): Grant {
  const upload = {
    method: "PUT",
    url: "https://uploads.example/a",
    headers: {},
    expiresAt: expiresAt.toISOString(),
  } as const;
  return { jobId: JOB_ID, upload };
}

export function jobThat(status: StatusResponse["status"], changes: Partial<StatusResponse> = {}): StatusResponse {
  return {
    jobId: JOB_ID,
    key: `image/${JOB_ID}`,
    fileName: "holiday.jpg",
    createdAt: "2026-11-20T08:00:00.000Z",
    status,
    progress: status === "COMPLETED" ? 100 : 0,
    source: { kind: "image", contentType: "image/jpeg", bytes: 1_000_000 },
    renditions: [],
    ...changes,
  };
}
