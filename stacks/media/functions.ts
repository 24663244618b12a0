import type { Construct } from "constructs";
import type { EnvironmentOf, FunctionName } from "../../contracts/media/environment.ts";
import { RENDITIONS_PREFIX, sourcePrefix } from "../../contracts/media/keys.ts";
import { MEDIA_KINDS, type MediaKind } from "../../contracts/media/media.ts";
import type { JOBS_TABLE } from "../../contracts/media/tables.ts";
import { NodeFunction, type NodeFunctionProps } from "../constructs/node-function.ts";
import type { PrivateBucket } from "../constructs/private-bucket.ts";
import type { Table } from "../constructs/table.ts";
import type { Watch } from "../constructs/watch.ts";
import type { ConsumableQueue } from "../constructs/work-queue.ts";
import type { Artifacts } from "../support/artifacts.ts";
import { metricsNamespace, type NamingScope } from "../support/naming.ts";
import { MEDIA } from "./names.ts";
import type { MediaEnvironment } from "./settings.ts";

export type JobsTable = Table<typeof JOBS_TABLE>;

/** What functions are made from, and told of. */
export interface FunctionContext {
  readonly naming: NamingScope;
  readonly environment: MediaEnvironment;
  readonly artifacts: Artifacts;
  readonly jobs: JobsTable;
  readonly uploads: PrivateBucket;
  readonly renditions: PrivateBucket;
  /** What each worker is handed its work from. */
  readonly work: Readonly<Record<"resize" | "convert", ConsumableQueue>>;
  readonly cdnUrl: string;
  /** The ffmpeg layer's version. */
  readonly ffmpegArn: string;
  readonly watch: Watch | undefined;
}

/** What a function is for, in the console's words. */
const DESCRIPTIONS: Readonly<Record<FunctionName, string>> = {
  presign: "Hands out one upload's address and opens its job.",
  status: "Tells how far a job is.",
  resize: "Makes the renditions of an image.",
  convert: "Makes the renditions of a film or a recording.",
  settle: "Ends jobs whose worker died or whose upload never came.",
};

/** Room in /tmp: the largest source, its mp4 at no more than the same size, poster, thumbnails and a conversion. */
const CONVERT_SCRATCH_MB = 4096;

export type Functions = Readonly<Record<FunctionName, NodeFunction>>;

export function createFunctions(scope: Construct, context: FunctionContext): Functions {
  return {
    presign: createPresign(scope, context),
    status: createStatus(scope, context),
    resize: createResize(scope, context),
    convert: createConvert(scope, context),
    settle: createSettle(scope, context),
  };
}

function createPresign(scope: Construct, context: FunctionContext): NodeFunction {
  const { environment, jobs, uploads } = context;
  const { limits } = environment;
  const props = describeFunction(context, "presign", {
    JOBS_TABLE: jobs.name,
    UPLOADS_BUCKET: uploads.name,
    UPLOAD_URL_SECONDS: String(environment.uploads.urlSeconds),
    ABANDONED_AFTER_SECONDS: String(environment.uploads.abandonedAfterSeconds),
    JOB_RETENTION_DAYS: String(environment.retention.jobDays),
    MAX_IMAGE_BYTES: String(limits.imageBytes),
    MAX_VIDEO_BYTES: String(limits.videoBytes),
    MAX_AUDIO_BYTES: String(limits.audioBytes),
    MAX_DURATION_SECONDS: String(limits.durationSeconds),
    MAX_AUDIO_DURATION_SECONDS: String(limits.audioDurationSeconds),
    IMAGE_HEIC: String(environment.images.heic),
  });
  const presign = new NodeFunction(scope, "presign", props);
  jobs.grantCreate(presign);
  // An address can do no more than the role that signed it.
  uploads.grantWrite(presign, ...MEDIA_KINDS.map(sourcePrefix));
  return presign;
}

function createStatus(scope: Construct, context: FunctionContext): NodeFunction {
  const props = describeFunction(context, "status", { JOBS_TABLE: context.jobs.name, CDN_URL: context.cdnUrl });
  const status = new NodeFunction(scope, "status", props);
  context.jobs.grantGet(status);
  return status;
}

function createResize(scope: Construct, context: FunctionContext): NodeFunction {
  const { environment, jobs, uploads, renditions, work } = context;
  const props = describeFunction(
    context,
    "resize",
    {
      JOBS_TABLE: jobs.name,
      UPLOADS_BUCKET: uploads.name,
      RENDITIONS_BUCKET: renditions.name,
      QUEUE_URL: work.resize.url,
      MAX_IMAGE_BYTES: String(environment.limits.imageBytes),
      IMAGE_WIDTHS: environment.images.widths.join(","),
      IMAGE_AVIF: String(environment.images.avif),
      IMAGE_HEIC: String(environment.images.heic),
      METRICS_NAMESPACE: metricsNamespace(context.naming),
    },
    // glibc gives every thread an arena of its own otherwise: 236 MB against 604 MB over 200 images (performance.md).
    { MALLOC_ARENA_MAX: "2" },
  );
  const resize = new NodeFunction(scope, "resize", props);
  grantWork(context, resize, work.resize, ["image"]);
  return resize;
}

function createConvert(scope: Construct, context: FunctionContext): NodeFunction {
  const { environment, jobs, uploads, renditions, work } = context;
  const props = describeFunction(context, "convert", {
    JOBS_TABLE: jobs.name,
    UPLOADS_BUCKET: uploads.name,
    RENDITIONS_BUCKET: renditions.name,
    QUEUE_URL: work.convert.url,
    MAX_VIDEO_BYTES: String(environment.limits.videoBytes),
    MAX_AUDIO_BYTES: String(environment.limits.audioBytes),
    MAX_DURATION_SECONDS: String(environment.limits.durationSeconds),
    MAX_AUDIO_DURATION_SECONDS: String(environment.limits.audioDurationSeconds),
    METRICS_NAMESPACE: metricsNamespace(context.naming),
  });
  const convert = new NodeFunction(scope, "convert", props);
  grantWork(context, convert, work.convert, ["video", "audio"]);
  return convert;
}

function createSettle(scope: Construct, context: FunctionContext): NodeFunction {
  const { jobs, uploads } = context;
  const props = describeFunction(context, "settle", {
    JOBS_TABLE: jobs.name,
    UPLOADS_BUCKET: uploads.name,
    METRICS_NAMESPACE: metricsNamespace(context.naming),
  });
  const settle = new NodeFunction(scope, "settle", props);
  jobs.grantUpdate(settle);
  jobs.grantList(settle, "abandoned");
  uploads.grantStat(settle, ...MEDIA_KINDS.map(sourcePrefix));
  return settle;
}

/**
 * What a worker may do: read its own kinds of upload, write renditions, keep its job's record, say when its messages come
 * back. Never write uploads (E9).
 */
function grantWork(
  context: FunctionContext,
  worker: NodeFunction,
  queue: ConsumableQueue,
  kinds: readonly MediaKind[],
): void {
  context.jobs.grantGet(worker);
  context.jobs.grantUpdate(worker);
  context.uploads.grantRead(worker, ...kinds.map(sourcePrefix));
  context.renditions.grantWrite(worker, RENDITIONS_PREFIX);
  queue.grantHide(worker);
}

/** What functions have alike. Each is made where it is named, so that the review of a plan shows that line. */
function describeFunction<Name extends FunctionName>(
  context: FunctionContext,
  name: Name,
  variables: EnvironmentOf<Name>,
  tuning: Readonly<Record<string, string>> = {},
): NodeFunctionProps {
  const { naming, environment, artifacts } = context;
  const settings: { memoryMb: number; timeoutSeconds: number; reservedConcurrency?: number } =
    environment.functions[name];
  return {
    naming,
    description: DESCRIPTIONS[name],
    memoryMb: settings.memoryMb,
    scratchMb: name === "convert" ? CONVERT_SCRATCH_MB : undefined,
    code: artifacts.getFunction(`${MEDIA}/${name}`),
    timeoutSeconds: settings.timeoutSeconds,
    reservedConcurrency: settings.reservedConcurrency,
    environment: { ...variables, ...tuning },
    logRetentionDays: environment.logDays,
    alarms: context.watch?.ofFunctions(),
    layerArns: name === "convert" ? [context.ffmpegArn] : undefined,
  };
}
