import { parseSettings } from "./settings-form.ts";

/**
 * What `npm run bootstrap` makes beside the state bucket, in every account and region alike. Each field is described in
 * settings-form.ts, the whole in docs/bootstrap.md.
 *
 *   github: { repository: "octo-org@123456/darkroom@456789" }
 */
export const settings = parseSettings({});
