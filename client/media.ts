import { ADDRESSES } from "../contracts/media/addresses.ts";
import type { ROUTES } from "../contracts/media/routes/index.ts";
import { type Client, type ClientOptions, createClient } from "./client.ts";

export type MediaClient = Client<typeof ROUTES>;

/** A client of the media system's API: docs/openapi.json. */
export function createMediaClient(options: ClientOptions): MediaClient {
  return createClient<typeof ROUTES>(ADDRESSES, options);
}
