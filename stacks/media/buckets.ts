import type { Construct } from "constructs";
import { PrivateBucket } from "../constructs/private-bucket.ts";
import { bucketName, type NamingScope } from "../support/naming.ts";
import type { MediaEnvironment } from "./settings.ts";

/** Where an upload comes in. Versioned: a worker reads the version that was announced, never a mix (threats.md E5). */
export function createUploadsBucket(
  scope: Construct,
  naming: NamingScope,
  environment: MediaEnvironment,
  origins: readonly string[],
): PrivateBucket {
  return new PrivateBucket(scope, "uploads", {
    bucketName: bucketName(naming, "uploads"),
    accountId: environment.accountId,
    isProtected: environment.isProtected,
    isVersioned: true,
    expireAfterDays: environment.retention.sourceDays,
    expireNoncurrentAfterDays: environment.retention.noncurrentSourceDays,
    uploadOrigins: origins,
  });
}

/** What came out. Another bucket than uploads, so that no rendition can start another job (threats.md E9). */
export function createRenditionsBucket(
  scope: Construct,
  naming: NamingScope,
  environment: MediaEnvironment,
): PrivateBucket {
  return new PrivateBucket(scope, "renditions", {
    bucketName: bucketName(naming, "renditions"),
    accountId: environment.accountId,
    isProtected: environment.isProtected,
    expireAfterDays: environment.retention.renditionDays,
  });
}

/**
 * What is made anew by every build: the page, and what Lambda takes only through S3. Protected all the same: a page that
 * is gone is an outage, and no bucket of a protected environment may be emptied by Terraform (threats.md P6).
 */
export function createBuildBucket(
  scope: Construct,
  id: "artifacts" | "site",
  naming: NamingScope,
  environment: MediaEnvironment,
): PrivateBucket {
  return new PrivateBucket(scope, id, {
    bucketName: bucketName(naming, id),
    accountId: environment.accountId,
    isProtected: environment.isProtected,
  });
}
