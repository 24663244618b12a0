import { HDR_PEAK, HLG_GAMMA, PQ, REFERENCE_WHITE } from "./transfer-functions.ts";

/**
 * What an HDR film says of its colours, in ffprobe's words, which are zscale's too. A film whose transfer function is
 * another one is SDR, whatever else it claims, and nothing is done to its colours.
 */
export interface HdrColours {
  /** PQ (HDR10, Dolby Vision 8.1) or HLG (phones, broadcast). */
  readonly transfer: (typeof TRANSFERS)[number];
  readonly primaries: (typeof PRIMARIES)[number];
  readonly matrix: (typeof MATRICES)[number];
}

const TRANSFERS = ["smpte2084", "arib-std-b67"] as const;
/** The first of these, and of the matrices, is what HDR is nearly always in, and is taken where a file does not tell. */
const PRIMARIES = ["bt2020", "smpte432", "smpte431", "bt709"] as const;
const MATRICES = ["bt2020nc", "bt2020c", "ictcp", "bt709", "smpte170m", "bt470bg", "gbr"] as const;

/** Undefined for SDR. */
export function findHdrColours(transfer = "", primaries = "", matrix = ""): HdrColours | undefined {
  const known = TRANSFERS.find((name) => name === transfer);
  if (known === undefined) return undefined;
  return {
    transfer: known,
    primaries: PRIMARIES.find((name) => name === primaries) ?? PRIMARIES[0],
    matrix: MATRICES.find((name) => name === matrix) ?? MATRICES[0],
  };
}

/** What is brighter becomes white. */
const PEAK = HDR_PEAK / REFERENCE_WHITE;
/** Up to here, 61 cd/m², nothing is changed: HDR's 18 % grey, which is 26 cd/m² (BT.2408), becomes SDR's. */
const KNEE = 0.3;

/**
 * ffmpeg's filters from an HDR frame of even sides to BT.709 in 8-bit 4:2:0, and tagged so. zscale brings the film's
 * light into BT.709's primaries, coded as PQ in 10 bits of RGB, which hold all of it; a table of 1024 values bends the
 * highlights and codes it for a screen of gamma 2.4 (BT.1886); zscale makes YUV of that.
 *
 * ffmpeg's own `tonemap` wants frames of 32-bit floats: measured, with a Full HD frame, 40 ms of CPU for the same greys
 * as against 16 ms (x264 and the HEVC decoder take about 45); and what is brighter than its peak it leaves above white.
 */
export function toneMapFilters({ transfer, primaries, matrix }: HdrColours): string[] {
  // HLG's gamma belongs to a pixel's luminance; ffmpeg has zscale apply it to each colour, which makes all of them
  // stronger. Taken back from what YUV says of colour, 8 of 255 are left of an error of 19 in a strong green.
  const paler = `128+(val-128)/${HLG_GAMMA}`;
  const curve = `'${toneCurve()}'`;
  return [
    `zscale=tin=${transfer}:pin=${primaries}:min=${matrix}:t=smpte2084:p=bt709:m=gbr:r=pc`,
    "format=gbrp10le",
    `lutrgb=${curve}:${curve}:${curve}`,
    "zscale=tin=bt709:pin=bt709:min=gbr:t=bt709:p=bt709:m=bt709:r=tv",
    "format=yuv420p",
    ...(transfer === "arib-std-b67" ? [`lutyuv=u=${paler}:v=${paler}`] : []),
  ];
}

/**
 * The table's formula, of one colour. PQ to light (SMPTE ST 2084), in parts of the reference white; Möbius' transform
 * `scale * (x + a) / (x + b)`, which leaves the line at the knee with its slope, and meets 1 at the peak; light to SDR.
 */
function toneCurve(): string {
  const a = (-(KNEE ** 2) * (PEAK - 1)) / (KNEE ** 2 - 2 * KNEE + PEAK);
  const b = (KNEE ** 2 - 2 * KNEE * PEAK + PEAK) / (PEAK - 1);
  const scale = (b ** 2 + 2 * b * KNEE + KNEE ** 2) / (b - a);
  // lutrgb also asks for values that ten bits do not have, and refuses an answer that is no number.
  const root = `pow(min(val/maxval,1),1/${PQ.m2})`;
  const light = `${PQ.peak / REFERENCE_WHITE}*pow(max(${root}-${PQ.c1},0)/(${PQ.c2}-${PQ.c3}*${root}),1/${PQ.m1})`;
  const bent = `if(lte(ld(0),${KNEE}),ld(0),${scale}*(ld(0)+${a})/(ld(0)+${b}))`;
  return `st(0,${light});maxval*pow(min(${bent},1),1/2.4)`;
}
