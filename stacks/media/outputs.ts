import { TerraformOutput, type TerraformStack } from "cdktf";
import type { Cdn } from "../constructs/cdn.ts";
import type { HttpApi } from "../constructs/http-api.ts";
import type { PrivateBucket } from "../constructs/private-bucket.ts";
import type { JobsTable } from "./functions.ts";
import type { MediaEnvironment } from "./settings.ts";

/** Raised when an output is renamed, removed or changes its meaning, so that a reader can tell. */
const SCHEMA_VERSION = "1";

export interface OutputSources {
  readonly environment: MediaEnvironment;
  readonly api: HttpApi;
  readonly cdn: Cdn;
  readonly site: Cdn;
  readonly uploads: PrivateBucket;
  readonly renditions: PrivateBucket;
  readonly artifactsBucket: PrivateBucket;
  readonly siteBucket: PrivateBucket;
  readonly jobs: JobsTable;
}

/** What others may rely on. Names are stable; addresses have no slash at the end; nothing here is secret. */
export function createOutputs(stack: TerraformStack, sources: OutputSources): void {
  const outputs: Readonly<Record<string, readonly [value: string, description: string]>> = {
    apiUrl: [sources.api.url, "Address of the HTTP API: POST /presign/upload, GET /status."],
    cdnUrl: [sources.cdn.url, "Address that renditions are served from."],
    siteUrl: [sources.site.url, "Address of the page."],
    uploadsBucket: [sources.uploads.name, "Bucket that uploads arrive in."],
    renditionsBucket: [sources.renditions.name, "Bucket that holds renditions; readable through the CDN only."],
    artifactsBucket: [
      sources.artifactsBucket.name,
      "Bucket of built files that are too large for Lambda to take directly.",
    ],
    siteBucket: [sources.siteBucket.name, "Bucket that holds the page; readable through its CDN only."],
    jobsTable: [sources.jobs.name, "DynamoDB table of jobs."],
    region: [sources.environment.region, "Region of everything but the CDN."],
    schemaVersion: [SCHEMA_VERSION, "Version of these outputs."],
  };
  for (const [name, [value, description]] of Object.entries(outputs)) {
    new TerraformOutput(stack, name, { value, description, staticId: true });
  }
}
