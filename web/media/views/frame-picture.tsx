import type { StatusResponse } from "../../../contracts/media/api.ts";
import { planSources, srcsetOf } from "../renditions.ts";

export interface FramePictureProps {
  readonly job: StatusResponse;
  readonly onLost: () => void;
}

/** How wide a picture is shown at most, on phones and beyond: the browser picks the rendition by it. */
type ShownWidths = readonly [onPhones: string, beyond: string];
const FRAME_WIDTHS: ShownWidths = ["48vw", "260px"];
export const STAGE_WIDTHS: ShownWidths = ["100vw", "54rem"];

/** The picture that the job made, or the film's poster; nothing for sound. */
export function FramePicture({ job, onLost }: FramePictureProps) {
  if (job.source.kind === "image") return <Picture job={job} widths={FRAME_WIDTHS} alt="" onLost={onLost} />;
  const poster = findPoster(job);
  if (!poster) return null;
  return (
    <picture>
      <img src={poster} alt="" decoding="async" onError={onLost} />
    </picture>
  );
}

export function findPoster({ renditions }: StatusResponse): string | undefined {
  return renditions.find(({ name }) => name === "poster")?.url;
}

export interface PictureProps {
  readonly job: StatusResponse;
  readonly widths: ShownWidths;
  readonly alt: string;
  readonly onLost?: () => void;
}

/** Every format that was made, for the browser to choose from. */
export function Picture({ job, widths, alt, onLost }: PictureProps) {
  const sources = planSources(job);
  const fallback = sources.at(-1);
  const largest = fallback?.renditions.at(-1);
  if (!fallback || !largest) return null;
  // Never more than there is: a browser takes a picture to be as wide as its `sizes` say, and blows it up to that.
  const [onPhones, beyond] = widths.map((width) => `min(${width}, ${largest.width}px)`);
  const sizes = `(max-width: 40rem) ${onPhones}, ${beyond}`;
  return (
    <picture>
      {sources.slice(0, -1).map((source) => (
        <source key={source.contentType} type={source.contentType} srcset={srcsetOf(source)} sizes={sizes} />
      ))}
      <img
        src={largest.url}
        srcset={srcsetOf(fallback)}
        sizes={sizes}
        width={largest.width}
        height={largest.height}
        alt={alt}
        decoding="async"
        onError={onLost}
      />
    </picture>
  );
}
