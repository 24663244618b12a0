import { ACCEPTED_FORMATS, type AcceptedFormat } from "../../../contracts/media/accepted-formats.ts";
import type { LimitsResponse } from "../../../contracts/media/api.ts";
import { CONVERSIONS, type MediaKind } from "../../../contracts/media/media.ts";
import { UPLOAD_METHODS } from "../../../contracts/media/presign-request.ts";
import { describeRefusal, listRefusals } from "../../../contracts/media/refused-formats.ts";
import { DEFAULT_AV_LIMITS } from "../formats/av-limits.ts";
import { MAX_FRAMES, MAX_PIXELS, MAX_SIDE_PIXELS } from "../formats/image-bounds.ts";
import type { UploadRules } from "./create-upload.ts";
import { HEIC_TYPE } from "./upload-rules.ts";

/** What the workers accept, by the very figures that they refuse by; bytes and seconds are this deployment's own. */
export function describeLimits(rules: UploadRules): LimitsResponse {
  const { maxDurationSeconds } = rules;
  const { maxFramePixels } = DEFAULT_AV_LIMITS;
  return {
    image: { ...describeKind("image", rules, findMaxPixels), maxSidePixels: MAX_SIDE_PIXELS, maxFrames: MAX_FRAMES },
    video: { ...describeKind("video", rules), maxDurationSeconds: maxDurationSeconds.video, maxFramePixels },
    audio: { ...describeKind("audio", rules), maxDurationSeconds: maxDurationSeconds.audio },
    upload: { expiresInSeconds: rules.urlSeconds, methods: [...UPLOAD_METHODS] },
    refused: listRefusals().flatMap((format) => {
      // Some are known by their bytes alone: there is nothing to look for before the upload.
      if (format.contentTypes.length + format.extensions.length === 0) return [];
      const { contentTypes, extensions } = format;
      return [
        { contentTypes: [...contentTypes], extensions: extensions.map(withDot), message: describeRefusal(format) },
      ];
    }),
  };
}

function describeKind(
  kind: MediaKind,
  { maxBytes, heic }: UploadRules,
  maxPixelsOf: (format: AcceptedFormat) => number | undefined = () => undefined,
) {
  const formats = ACCEPTED_FORMATS[kind].filter(({ contentType }) => heic || contentType !== HEIC_TYPE);
  return {
    maxBytes: maxBytes[kind],
    contentTypes: [...new Set(formats.flatMap(({ contentType, aliases }) => [contentType, ...aliases]))],
    extensions: formats.flatMap(({ extensions }) => extensions.map(withDot)),
    formats: formats.map((format) => {
      const { name, contentType, extensions } = format;
      return { name, contentType, extensions: extensions.map(withDot), maxPixels: maxPixelsOf(format) };
    }),
    conversions: [...CONVERSIONS[kind]],
  };
}

/** The types of pictures are their formats' names behind a slash. */
function findMaxPixels({ contentType }: AcceptedFormat): number | undefined {
  const limits: Readonly<Partial<Record<string, number>>> = MAX_PIXELS;
  return limits[contentType.slice("image/".length)];
}

function withDot(extension: string): string {
  return `.${extension}`;
}
