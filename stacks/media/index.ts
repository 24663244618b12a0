import type { Construct } from "constructs";
import { FFMPEG_LAYER } from "../../contracts/artifacts.ts";
import { sourcePrefix } from "../../contracts/media/keys.ts";
import { ROUTES } from "../../contracts/media/routes/index.ts";
import { JOBS_TABLE } from "../../contracts/media/tables.ts";
import { Cdn } from "../constructs/cdn.ts";
import { FunctionLayer } from "../constructs/function-layer.ts";
import { HttpApi, leadRoutes } from "../constructs/http-api.ts";
import type { NodeFunction } from "../constructs/node-function.ts";
import type { PrivateBucket } from "../constructs/private-bucket.ts";
import { Schedule } from "../constructs/schedule.ts";
import { SiteFiles } from "../constructs/site-files.ts";
import { Table } from "../constructs/table.ts";
import type { Watch } from "../constructs/watch.ts";
import { WorkQueue } from "../constructs/work-queue.ts";
import { regionalName } from "../support/naming.ts";
import { SystemStack, type SystemStackProps } from "../system-stack.ts";
import { createBuildBucket, createRenditionsBucket, createUploadsBucket } from "./buckets.ts";
import { createSiteCsp, RENDITIONS_CSP } from "./content-security.ts";
import { createDashboard, type DashboardSources } from "./dashboard.ts";
import { createFunctions, type Functions, type JobsTable } from "./functions.ts";
import { MEDIA } from "./names.ts";
import { createOutputs } from "./outputs.ts";
import { createSavedQueries } from "./saved-queries.ts";
import type { MediaSettings } from "./settings.ts";
import { watchSettle } from "./watching.ts";

/** Where things are kept. */
interface Stores {
  readonly uploads: PrivateBucket;
  readonly renditions: PrivateBucket;
  readonly artifactsBucket: PrivateBucket;
  readonly jobs: JobsTable;
}

type Queues = Readonly<Record<"resize" | "convert", WorkQueue>>;

/** Images in a message batch: small files share a call's overhead. Films come one by one, as one fills a function. */
const RESIZE_BATCH_SIZE = 5;
const CONVERT_BATCH_SIZE = 1;
const SETTLE_BATCH_SIZE = 10;
/** Ending a dead job is one write: the smallest that AWS takes. */
const SETTLE_CONCURRENCY = 2;

/** Uploads become finished media: from the address to upload to, to the CDN that serves what became of it. */
export class MediaStack extends SystemStack<MediaSettings> {
  private readonly watch: Watch | undefined;

  constructor(scope: Construct, props: SystemStackProps<MediaSettings>) {
    super(scope, MEDIA, props);
    const { environment } = this;
    this.watch = this.createWatch();

    const siteBucket = createBuildBucket(this, "site", this.naming, environment);
    const site = this.createSite(siteBucket);
    /** The one list of pages that may use this environment: for bucket, API and CDN alike (threats.md A5). */
    const origins = [...new Set([...environment.origins, ...site.origins])];

    const stores = this.createStores(origins);
    const cdn = this.createCdn(stores.renditions, origins);
    const queues = this.createQueues(stores.uploads);
    const functions = this.createFunctions(stores, cdn, queues);
    this.consumeQueues(queues, functions);
    this.createSettleSchedule(functions.settle);
    const api = this.createApi(functions, origins);
    this.createSiteFiles(siteBucket, api);
    this.createDashboard({ api, functions, cdn, site, queues: Object.values(queues) });
    createSavedQueries(this, this.naming, { functions, api });
    createOutputs(this, { environment, api, cdn, site, siteBucket, ...stores });
  }

  /** Three dollars a month where nobody looks: it comes with who is told. */
  private createDashboard(sources: Omit<DashboardSources, "naming" | "watch">): void {
    const { naming, watch } = this;
    if (watch) createDashboard(this, { ...sources, naming, watch });
  }

  private createSite(bucket: PrivateBucket): Cdn {
    const { environment, naming } = this;
    return new Cdn(this, "site", {
      naming,
      comment: `Darkroom ${environment.name}: the page`,
      bucket,
      priceClass: environment.priceClass,
      contentSecurityPolicy: createSiteCsp(environment, naming),
      defaultRootObject: "index.html",
      domain: environment.domain && {
        name: environment.domain.site,
        certificateArn: environment.domain.certificateArn,
      },
      alarms: this.watch?.ofCdn(),
    });
  }

  private createCdn(renditions: PrivateBucket, origins: readonly string[]): Cdn {
    const { environment, naming } = this;
    return new Cdn(this, "cdn", {
      naming,
      comment: `Darkroom ${environment.name}: renditions`,
      bucket: renditions,
      priceClass: environment.priceClass,
      contentSecurityPolicy: RENDITIONS_CSP,
      corsOrigins: origins,
      domain: environment.domain && {
        name: environment.domain.cdn,
        certificateArn: environment.domain.certificateArn,
      },
      alarms: this.watch?.ofCdn(),
    });
  }

  private createStores(origins: readonly string[]): Stores {
    const { environment, naming } = this;
    return {
      uploads: createUploadsBucket(this, naming, environment, origins),
      renditions: createRenditionsBucket(this, naming, environment),
      artifactsBucket: createBuildBucket(this, "artifacts", naming, environment),
      jobs: new Table(this, "jobs", {
        definition: JOBS_TABLE,
        tableName: regionalName(naming, "table", "jobs"),
        isProtected: environment.isProtected,
      }),
    };
  }

  private createFunctions(stores: Stores, cdn: Cdn, { resize, convert }: Queues): Functions {
    const { environment, naming, artifacts } = this;
    const ffmpegArn = this.createFfmpegLayer(stores.artifactsBucket).arn;
    const work = { resize: resize.messages, convert: convert.messages };
    const context = { ...stores, work, naming, environment, artifacts, watch: this.watch };
    const functions = createFunctions(this, { ...context, cdnUrl: cdn.url, ffmpegArn });
    if (this.watch) watchSettle(functions.settle, environment, naming, this.watch);
    return functions;
  }

  private createFfmpegLayer(bucket: PrivateBucket): FunctionLayer {
    return new FunctionLayer(this, "ffmpeg", {
      layerName: regionalName(this.naming, "other", "ffmpeg"),
      description: "ffmpeg and ffprobe for arm64, in /opt/bin",
      licence: "GPL-3.0-or-later",
      code: this.artifacts.getLayer(FFMPEG_LAYER),
      artifacts: bucket,
    });
  }

  private createQueues(uploads: PrivateBucket): Queues {
    const { functions, thresholds } = this.environment;
    const resize = this.createQueue("resize", functions.resize.timeoutSeconds, thresholds.resizeQueueSeconds);
    const convert = this.createQueue("convert", functions.convert.timeoutSeconds, thresholds.convertQueueSeconds);
    uploads.notifyQueues([
      { id: "resize-images", prefix: sourcePrefix("image"), queue: resize },
      { id: "convert-videos", prefix: sourcePrefix("video"), queue: convert },
      { id: "convert-audio", prefix: sourcePrefix("audio"), queue: convert },
    ]);
    return { resize, convert };
  }

  private consumeQueues({ resize, convert }: Queues, functions: Functions): void {
    const settings = this.environment.functions;
    functions.resize.consume(resize.messages, { ...settings.resize, batchSize: RESIZE_BATCH_SIZE });
    functions.convert.consume(convert.messages, { ...settings.convert, batchSize: CONVERT_BATCH_SIZE });
    for (const { deadLetters } of [resize, convert]) {
      functions.settle.consume(deadLetters, {
        batchSize: SETTLE_BATCH_SIZE,
        maximumConcurrency: SETTLE_CONCURRENCY,
      });
    }
  }

  private createQueue(
    id: "resize" | "convert",
    consumerTimeoutSeconds: number,
    oldestMessageSeconds: number,
  ): WorkQueue {
    return new WorkQueue(this, id, {
      queueName: regionalName(this.naming, "queue", id),
      consumerTimeoutSeconds,
      deadLetterConsumerTimeoutSeconds: this.environment.functions.settle.timeoutSeconds,
      alarms: this.watch ? { topic: this.watch.topic, oldestMessageSeconds } : undefined,
    });
  }

  private createSettleSchedule(settle: NodeFunction): void {
    new Schedule(this, "settle", {
      ruleName: regionalName(this.naming, "other", "settle"),
      description: "Looks for uploads that never came.",
      everyMinutes: this.environment.functions.settle.everyMinutes,
      target: settle,
    });
  }

  private createApi({ presign, status }: Functions, origins: readonly string[]): HttpApi {
    const { throttle, logDays, name } = this.environment;
    return new HttpApi(this, "api", {
      apiName: regionalName(this.naming, "other", "api"),
      description: `Darkroom ${name}: upload addresses, limits and job status`,
      routes: leadRoutes(ROUTES, { presign, limits: presign, status }),
      // Of the two it may do least: it reads one record.
      fallback: status,
      origins,
      requestsPerSecond: throttle.requestsPerSecond,
      burst: throttle.burst,
      logRetentionDays: logDays,
      alarms: this.watch?.ofApi(),
    });
  }

  private createSiteFiles(bucket: PrivateBucket, api: HttpApi): void {
    new SiteFiles(this, "site", {
      bucket,
      files: this.artifacts.listSiteFiles(MEDIA),
      config: { apiUrl: api.url },
    });
  }
}
