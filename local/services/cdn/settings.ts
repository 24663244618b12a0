/** What the stack's CloudFront resources say, in the words of the runtime. TTLs in seconds. */

/** A cache policy whose key is the path alone: the only kind that the stacks use. */
export interface CachePolicy {
  readonly minTtl: number;
  readonly defaultTtl: number;
  readonly maxTtl: number;
  readonly gzip: boolean;
  readonly brotli: boolean;
}

export interface CorsPolicy {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds?: number;
  readonly override: boolean;
}

/** A header that the policy adds; with `override` it replaces the origin's. */
export interface PolicyHeader {
  readonly name: string;
  readonly value: string;
  readonly override: boolean;
}

export interface ResponseHeadersPolicy {
  readonly cors?: CorsPolicy;
  readonly headers: readonly PolicyHeader[];
  readonly remove: readonly string[];
}

export interface CacheBehavior {
  /** `*` for the default one. */
  readonly pathPattern: string;
  readonly originId: string;
  readonly allowedMethods: readonly string[];
  readonly compress: boolean;
  readonly cachePolicy: CachePolicy;
  readonly responseHeadersPolicy?: ResponseHeadersPolicy;
}

export interface S3Origin {
  readonly originId: string;
  readonly bucket: string;
  readonly originPath: string;
  /** By origin access control; otherwise anonymous, as CloudFront is without one. */
  readonly signed: boolean;
}

export interface CustomError {
  readonly errorCode: number;
  readonly cachingMinTtl?: number;
  readonly responseCode?: number;
  readonly responsePagePath?: string;
}

export interface DistributionSettings {
  readonly id: string;
  readonly port: number;
  readonly enabled: boolean;
  readonly defaultRootObject?: string;
  readonly origins: readonly S3Origin[];
  /** In the order of precedence; the default one last. */
  readonly behaviors: readonly CacheBehavior[];
  readonly customErrors: readonly CustomError[];
}
