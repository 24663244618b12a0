import { CloudfrontCachePolicy } from "@cdktf/provider-aws/lib/cloudfront-cache-policy/index.js";
import {
  CloudfrontDistribution,
  type CloudfrontDistributionViewerCertificate,
} from "@cdktf/provider-aws/lib/cloudfront-distribution/index.js";
import { CloudfrontOriginAccessControl } from "@cdktf/provider-aws/lib/cloudfront-origin-access-control/index.js";
import {
  CloudfrontResponseHeadersPolicy,
  type CloudfrontResponseHeadersPolicyCorsConfig,
} from "@cdktf/provider-aws/lib/cloudfront-response-headers-policy/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import { globalName, type NamingScope } from "../support/naming.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import type { AlarmTopic } from "./alarm-topic.ts";
import type { PrivateBucket } from "./private-bucket.ts";

export interface CdnProps {
  readonly naming: NamingScope;
  /** Shown in the console, up to 128 characters. */
  readonly comment: string;
  /** What it serves; reachable through this distribution alone. */
  readonly bucket: PrivateBucket;
  /** Where it serves from. */
  readonly priceClass: "PriceClass_100" | "PriceClass_200" | "PriceClass_All";
  /** The whole Content-Security-Policy of every answer. */
  readonly contentSecurityPolicy: string;
  /** Pages that may read answers by script, by exact origin. @default none but its own */
  readonly corsOrigins?: readonly string[];
  /** Served at `/`. @default nothing */
  readonly defaultRootObject?: string;
  /** Seconds that an error is remembered, 0–10 (threats.md A6). @default 10 */
  readonly errorTtlSeconds?: number;
  /** A name of your own and its certificate, of us-east-1. @default CloudFront's own name */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** Who is told, and of what percentage of answers of 500 and above. @default nobody */
  readonly alarms?: CdnAlarms | undefined;
}

export interface CdnAlarms {
  /** In us-east-1, the only region that has CloudFront's metrics. */
  readonly topic: AlarmTopic;
  readonly errorPercent: number;
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const CORS_MAX_AGE_SECONDS = 3600;
/** Long enough to spare the bucket, short enough that a rendition is seen as soon as it is ready. */
const MAX_ERROR_TTL_SECONDS = 10;
/** S3 answers 403 for what is not there, because the CDN may not list the bucket. */
const ERROR_CODES = [403, 404, 500, 502, 503, 504];

const RULES: readonly Rule<CdnProps>[] = [
  {
    holds: ({ comment }) => comment.length > 0 && comment.length <= 128,
    problem: ({ comment }) => `comment has ${comment.length} characters; it must have 1 to 128`,
  },
  {
    holds: ({ errorTtlSeconds = MAX_ERROR_TTL_SECONDS }) => isWholeBetween(errorTtlSeconds, 0, MAX_ERROR_TTL_SECONDS),
    problem: ({ errorTtlSeconds }) =>
      `errorTtlSeconds is ${errorTtlSeconds}; it must be a whole number from 0 to ${MAX_ERROR_TTL_SECONDS} (threats.md A6)`,
  },
  {
    holds: ({ corsOrigins = [] }) => corsOrigins.every((origin) => !origin.includes("*")),
    problem: ({ corsOrigins = [] }) =>
      `corsOrigins holds a wildcard (${corsOrigins.join(", ")}); name each origin (threats.md A5)`,
  },
  {
    holds: ({ domain }) => domain === undefined || domain.certificateArn.startsWith("arn:aws:acm:us-east-1:"),
    problem: ({ domain }) =>
      `domain.certificateArn is ${domain?.certificateArn}; CloudFront takes certificates of us-east-1 only`,
  },
];

/**
 * A private bucket served to the world over HTTPS, HTTP/2 and HTTP/3: kept by path alone, errors forgotten within ten
 * seconds, every answer with security headers.
 */
export class Cdn extends Construct {
  readonly distributionArn: string;
  readonly distributionId: string;
  /** `https://…`, without a slash at the end: the custom name where there is one. */
  readonly url: string;
  /** Every origin that a page served from here can have. */
  readonly origins: readonly string[];
  private readonly logicalId: string;

  constructor(scope: Construct, id: string, props: CdnProps) {
    super(scope, `${id}-cdn`);
    validateProps(this, props, RULES);
    this.logicalId = id;
    const distribution = this.createDistribution(props);
    props.bucket.grantReadToDistribution(distribution.arn);
    this.distributionArn = distribution.arn;
    this.distributionId = distribution.id;
    const ownUrl = `https://${distribution.domainName}`;
    this.url = props.domain ? `https://${props.domain.name}` : ownUrl;
    this.origins = [...new Set([this.url, ownUrl])];
    if (props.alarms) this.createAlarm(props.alarms);
  }

  private createAlarm({ topic, errorPercent }: CdnAlarms): void {
    topic.createAlarm(this, {
      id: `${this.logicalId}_errors`,
      meaning: `The distribution ${this.logicalId} answers 500 and above.`,
      runbook: "cdnErrors",
      metric: {
        namespace: "AWS/CloudFront",
        name: "5xxErrorRate",
        // CloudFront's figures are of the whole world, and say so.
        dimensions: { DistributionId: this.distributionId, Region: "Global" },
        statistic: "Average",
      },
      atLeast: errorPercent,
      periods: 3,
    });
  }

  private createDistribution(props: CdnProps): CloudfrontDistribution {
    return withLogicalId(
      new CloudfrontDistribution(this, "distribution", {
        comment: props.comment,
        enabled: true,
        isIpv6Enabled: true,
        httpVersion: "http2and3",
        priceClass: props.priceClass,
        aliases: props.domain ? [props.domain.name] : undefined,
        defaultRootObject: props.defaultRootObject,
        origin: [
          {
            originId: "bucket",
            domainName: props.bucket.regionalDomainName,
            originAccessControlId: this.createOriginAccessControl(props).id,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: "bucket",
          viewerProtocolPolicy: "redirect-to-https",
          allowedMethods: ["GET", "HEAD", "OPTIONS"],
          cachedMethods: ["GET", "HEAD"],
          compress: true,
          cachePolicyId: this.createCachePolicy(props).id,
          responseHeadersPolicyId: this.createHeadersPolicy(props).id,
        },
        customErrorResponse: ERROR_CODES.map((errorCode) => ({
          errorCode,
          errorCachingMinTtl: props.errorTtlSeconds ?? MAX_ERROR_TTL_SECONDS,
        })),
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: viewerCertificate(props),
      }),
      this.logicalId,
    );
  }

  private createOriginAccessControl({ naming }: CdnProps): CloudfrontOriginAccessControl {
    return withLogicalId(
      new CloudfrontOriginAccessControl(this, "access", {
        name: globalName(naming, "cloudfront", this.logicalId),
        originAccessControlOriginType: "s3",
        signingBehavior: "always",
        signingProtocol: "sigv4",
      }),
      this.logicalId,
    );
  }

  /** By path only (threats.md A6): no header, cookie or query string can make a second copy or poison the first. */
  private createCachePolicy({ naming }: CdnProps): CloudfrontCachePolicy {
    return withLogicalId(
      new CloudfrontCachePolicy(this, "cache-policy", {
        name: globalName(naming, "cloudfront", this.logicalId),
        comment: "By path only",
        minTtl: 0,
        defaultTtl: DAY_SECONDS,
        maxTtl: YEAR_SECONDS,
        parametersInCacheKeyAndForwardedToOrigin: {
          cookiesConfig: { cookieBehavior: "none" },
          headersConfig: { headerBehavior: "none" },
          queryStringsConfig: { queryStringBehavior: "none" },
          enableAcceptEncodingBrotli: true,
          enableAcceptEncodingGzip: true,
        },
      }),
      this.logicalId,
    );
  }

  private createHeadersPolicy(props: CdnProps): CloudfrontResponseHeadersPolicy {
    return withLogicalId(
      new CloudfrontResponseHeadersPolicy(this, "headers-policy", {
        name: globalName(props.naming, "cloudfront", this.logicalId),
        comment: props.comment,
        corsConfig: props.corsOrigins ? corsConfig(props.corsOrigins) : undefined,
        securityHeadersConfig: {
          contentTypeOptions: { override: true },
          strictTransportSecurity: { accessControlMaxAgeSec: YEAR_SECONDS, includeSubdomains: true, override: true },
          contentSecurityPolicy: { contentSecurityPolicy: props.contentSecurityPolicy, override: true },
          referrerPolicy: { referrerPolicy: "no-referrer", override: true },
        },
      }),
      this.logicalId,
    );
  }
}

function corsConfig(origins: readonly string[]): CloudfrontResponseHeadersPolicyCorsConfig {
  return {
    accessControlAllowOrigins: { items: [...origins] },
    accessControlAllowMethods: { items: ["GET", "HEAD"] },
    // CloudFront wants at least one; Range is what a video player written in script sends.
    accessControlAllowHeaders: { items: ["range"] },
    accessControlAllowCredentials: false,
    accessControlMaxAgeSec: CORS_MAX_AGE_SECONDS,
    originOverride: true,
  };
}

/**
 * With CloudFront's own name comes its own certificate, and then the oldest TLS version is CloudFront's choice alone
 * (TLSv1): only a custom domain can demand TLS 1.2.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-values-specify.html
 */
function viewerCertificate({ domain }: CdnProps): CloudfrontDistributionViewerCertificate {
  if (!domain) return { cloudfrontDefaultCertificate: true };
  return {
    acmCertificateArn: domain.certificateArn,
    sslSupportMethod: "sni-only",
    minimumProtocolVersion: "TLSv1.2_2021",
  };
}
