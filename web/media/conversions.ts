import { CONVERSIONS, MEDIA_KINDS, type MediaKind } from "../../contracts/media/media.ts";

const NAMES: Readonly<Record<string, string>> = { webp: "WebP", webm: "WebM" };
const PLURALS: Readonly<Record<MediaKind, string>> = { image: "pictures", video: "films", audio: "sound" };

/** `webp` → `WebP` */
export function conversionName(conversion: string): string {
  return NAMES[conversion] ?? conversion.toUpperCase();
}

export interface ConversionGroup {
  /** `Pictures and films` */
  readonly label: string;
  readonly conversions: readonly string[];
}

/** Each format once, under the kinds that it can be made from: it is chosen for all files alike. */
export function groupConversions(): ConversionGroup[] {
  const groups = new Map<string, string[]>();
  const all = new Set<string>(MEDIA_KINDS.flatMap((kind) => [...CONVERSIONS[kind]]));
  for (const conversion of all) {
    const kinds = MEDIA_KINDS.filter((kind) => (CONVERSIONS[kind] as readonly string[]).includes(conversion));
    const label = kinds.map((kind) => PLURALS[kind]).join(" and ");
    groups.set(label, [...(groups.get(label) ?? []), conversion]);
  }
  return [...groups].map(([label, conversions]) => ({
    label: `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
    conversions,
  }));
}
