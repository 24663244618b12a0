import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FFMPEG_LAYER } from "../../contracts/artifacts.ts";
import { sourcePrefix } from "../../contracts/object-keys.ts";
import { API_ROUTES } from "../../contracts/routes.ts";
import { Cdn } from "../constructs/cdn.ts";
import { FunctionLayer } from "../constructs/function-layer.ts";
import { HttpApi } from "../constructs/http-api.ts";
import { JobTable } from "../constructs/job-table.ts";
import type { NodeFunction } from "../constructs/node-function.ts";
import type { PrivateBucket } from "../constructs/private-bucket.ts";
import { Schedule } from "../constructs/schedule.ts";
import { SiteFiles } from "../constructs/site-files.ts";
import { grantConsume, WorkQueue } from "../constructs/work-queue.ts";
import type { Artifacts } from "../support/artifacts.ts";
import { useLocalBackend } from "../support/backend.ts";
import type { Environment } from "../support/environment.ts";
import { type NamingScope, regionalName, stackName } from "../support/naming.ts";
import { createBuildBucket, createRenditionsBucket, createUploadsBucket } from "./buckets.ts";
import { createSiteCsp, RENDITIONS_CSP } from "./content-security.ts";
import { createConvert, createPresign, createResize, createSettle, createStatus } from "./functions.ts";
import { createOutputs } from "./outputs.ts";

export interface MediaStackProps {
  readonly environment: Environment;
  readonly artifacts: Artifacts;
}

/** Images in a message batch: small files share a call's overhead. Films come one by one, as one fills a function. */
const RESIZE_BATCH_SIZE = 5;
const CONVERT_BATCH_SIZE = 1;
const SETTLE_BATCH_SIZE = 10;
/** Ending a dead job is one write: the smallest that AWS takes. */
const SETTLE_CONCURRENCY = 2;

/** Uploads become finished media: from the address to upload to, to the CDN that serves what became of it. */
export class MediaStack extends TerraformStack {
  private readonly environment: Environment;
  private readonly artifacts: Artifacts;
  private readonly naming: NamingScope;

  constructor(scope: Construct, { environment, artifacts }: MediaStackProps) {
    super(scope, stackName("media", environment.name));
    this.environment = environment;
    this.artifacts = artifacts;
    this.naming = { environment: environment.name, accountId: environment.accountId, region: environment.region };
    this.createProvider();
    useLocalBackend(this);

    const siteBucket = createBuildBucket(this, "site", this.naming, environment);
    const site = this.createSite(siteBucket);
    /** The one list of pages that may use this environment: for bucket, API and CDN alike (security.md A5). */
    const origins = [...new Set([...environment.origins, ...site.origins])];

    const uploads = createUploadsBucket(this, this.naming, environment, origins);
    const renditions = createRenditionsBucket(this, this.naming, environment);
    const artifactsBucket = createBuildBucket(this, "artifacts", this.naming, environment);
    const jobs = this.createJobTable();
    const cdn = this.createCdn(renditions, origins);
    const ffmpegArn = this.createFfmpegLayer(artifactsBucket).arn;

    const context = {
      naming: this.naming,
      environment,
      artifacts,
      jobs,
      uploads,
      renditions,
      cdnUrl: cdn.url,
      ffmpegArn,
    };
    const presign = createPresign(this, context);
    const status = createStatus(this, context);
    const resize = createResize(this, context);
    const convert = createConvert(this, context);
    const settle = createSettle(this, context);

    this.createQueues(uploads, { resize, convert, settle });
    this.createSettleSchedule(settle);
    const api = this.createApi(presign, status, origins);
    this.createSiteFiles(siteBucket, api);
    createOutputs(this, {
      environment,
      api,
      cdn,
      site,
      uploads,
      renditions,
      artifacts: artifactsBucket,
      siteBucket,
      jobs,
    });
  }

  private createProvider(): void {
    const { region, accountId, name } = this.environment;
    new AwsProvider(this, "aws", {
      region,
      allowedAccountIds: [accountId],
      defaultTags: [{ tags: { Project: "darkroom", Environment: name, Stack: this.node.id } }],
    });
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
    });
  }

  private createJobTable(): JobTable {
    return new JobTable(this, "jobs", {
      tableName: regionalName(this.naming, "table", "jobs"),
      isProtected: this.environment.isProtected,
    });
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

  private createQueues(
    uploads: PrivateBucket,
    functions: { readonly resize: NodeFunction; readonly convert: NodeFunction; readonly settle: NodeFunction },
  ): void {
    const { resize: resizeSettings, convert: convertSettings } = this.environment.functions;
    const resize = this.createQueue("resize", resizeSettings.timeoutSeconds);
    const convert = this.createQueue("convert", convertSettings.timeoutSeconds);
    grantConsume([resize], functions.resize);
    grantConsume([convert], functions.convert);
    grantConsume([resize.deadLetters, convert.deadLetters], functions.settle);
    uploads.notifyQueues([
      { id: "resize-images", prefix: sourcePrefix("image"), queue: resize },
      { id: "convert-videos", prefix: sourcePrefix("video"), queue: convert },
      { id: "convert-audio", prefix: sourcePrefix("audio"), queue: convert },
    ]);
    functions.resize.consume(resize, { ...resizeSettings, batchSize: RESIZE_BATCH_SIZE });
    functions.convert.consume(convert, { ...convertSettings, batchSize: CONVERT_BATCH_SIZE });
    for (const { deadLetters } of [resize, convert]) {
      functions.settle.consume(deadLetters, {
        batchSize: SETTLE_BATCH_SIZE,
        maximumConcurrency: SETTLE_CONCURRENCY,
      });
    }
  }

  private createQueue(id: "resize" | "convert", consumerTimeoutSeconds: number): WorkQueue {
    return new WorkQueue(this, id, {
      queueName: regionalName(this.naming, "queue", id),
      consumerTimeoutSeconds,
      deadLetterConsumerTimeoutSeconds: this.environment.functions.settle.timeoutSeconds,
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

  private createApi(presign: NodeFunction, status: NodeFunction, origins: readonly string[]): HttpApi {
    const { throttle, retention, name } = this.environment;
    return new HttpApi(this, "api", {
      apiName: regionalName(this.naming, "other", "api"),
      description: `Darkroom ${name}: upload addresses and job status`,
      routes: [
        { id: "presign", ...API_ROUTES.presign, handler: presign },
        { id: "status", ...API_ROUTES.status, handler: status },
      ],
      // Of the two it may do least: it reads one record.
      fallback: status,
      origins,
      requestsPerSecond: throttle.requestsPerSecond,
      burst: throttle.burst,
      logRetentionDays: retention.logDays,
    });
  }

  private createSiteFiles(bucket: PrivateBucket, api: HttpApi): void {
    new SiteFiles(this, "site", {
      bucket,
      files: this.artifacts.listSiteFiles(),
      config: { apiUrl: api.url },
    });
  }
}
