import { defineService } from "../../service.ts";
import { createCdnRegistry } from "./registry.ts";
import { awsCloudfrontCachePolicy } from "./resources/aws-cloudfront-cache-policy.ts";
import { awsCloudfrontDistribution } from "./resources/aws-cloudfront-distribution.ts";
import { awsCloudfrontOriginAccessControl } from "./resources/aws-cloudfront-origin-access-control.ts";
import { awsCloudfrontResponseHeadersPolicy } from "./resources/aws-cloudfront-response-headers-policy.ts";

/** CloudFront, each distribution on a port of its own. */
export const cdn = defineService({
  name: "cdn",
  create: createCdnRegistry,
  resources: [
    awsCloudfrontCachePolicy,
    awsCloudfrontDistribution,
    awsCloudfrontOriginAccessControl,
    awsCloudfrontResponseHeadersPolicy,
  ],
});
