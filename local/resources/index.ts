import type { CoreRuntime } from "../runtime.ts";
import { awsApigatewayv2Api } from "./aws-apigatewayv2-api.ts";
import { awsApigatewayv2Integration } from "./aws-apigatewayv2-integration.ts";
import { awsApigatewayv2Route } from "./aws-apigatewayv2-route.ts";
import { awsApigatewayv2Stage } from "./aws-apigatewayv2-stage.ts";
import { awsCloudfrontCachePolicy } from "./aws-cloudfront-cache-policy.ts";
import { awsCloudfrontDistribution } from "./aws-cloudfront-distribution.ts";
import { awsCloudfrontOriginAccessControl } from "./aws-cloudfront-origin-access-control.ts";
import { awsCloudfrontResponseHeadersPolicy } from "./aws-cloudfront-response-headers-policy.ts";
import { awsIamRole } from "./aws-iam-role.ts";
import { awsIamRolePolicy } from "./aws-iam-role-policy.ts";
import type { LocalResource } from "./resource.ts";

/** Every Terraform type that the runtime honours; a stack that declares another is refused by name. */
export const LOCAL_RESOURCES: readonly LocalResource<CoreRuntime>[] = [
  awsApigatewayv2Api,
  awsApigatewayv2Integration,
  awsApigatewayv2Route,
  awsApigatewayv2Stage,
  awsCloudfrontCachePolicy,
  awsCloudfrontDistribution,
  awsCloudfrontOriginAccessControl,
  awsCloudfrontResponseHeadersPolicy,
  awsIamRole,
  awsIamRolePolicy,
];
