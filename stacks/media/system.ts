import { FFMPEG_LAYER } from "../../contracts/artifacts.ts";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";
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
  artifacts: { functions: FUNCTION_NAMES.map((name) => `${MEDIA}/${name}`), layers: [FFMPEG_LAYER], sites: [MEDIA] },
  createStack: (scope, props) => new MediaStack(scope, props),
});
