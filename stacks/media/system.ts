import { defineSystem } from "../system.ts";
import { MediaStack } from "./index.ts";
import { MEDIA } from "./names.ts";
import { mediaSettings } from "./settings.ts";
import { MEDIA_WAIVERS } from "./waivers.ts";

export const media = defineSystem({
  name: MEDIA,
  title: "Uploads become finished media: photos, films and sound, served by a CDN.",
  settings: mediaSettings,
  waivers: MEDIA_WAIVERS,
  createStack: (scope, props) => new MediaStack(scope, props),
});
