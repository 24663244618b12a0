import type { CoreRuntime } from "../runtime.ts";
import { awsApigatewayv2Api } from "./aws-apigatewayv2-api.ts";
import { awsApigatewayv2Integration } from "./aws-apigatewayv2-integration.ts";
import { awsApigatewayv2Route } from "./aws-apigatewayv2-route.ts";
import { awsApigatewayv2Stage } from "./aws-apigatewayv2-stage.ts";
import { awsBudgetsBudget } from "./aws-budgets-budget.ts";
import { awsCloudfrontCachePolicy } from "./aws-cloudfront-cache-policy.ts";
import { awsCloudfrontDistribution } from "./aws-cloudfront-distribution.ts";
import { awsCloudfrontOriginAccessControl } from "./aws-cloudfront-origin-access-control.ts";
import { awsCloudfrontResponseHeadersPolicy } from "./aws-cloudfront-response-headers-policy.ts";
import { awsCloudwatchDashboard } from "./aws-cloudwatch-dashboard.ts";
import { awsCloudwatchEventRule } from "./aws-cloudwatch-event-rule.ts";
import { awsCloudwatchEventTarget } from "./aws-cloudwatch-event-target.ts";
import { awsCloudwatchLogGroup } from "./aws-cloudwatch-log-group.ts";
import { awsCloudwatchMetricAlarm } from "./aws-cloudwatch-metric-alarm.ts";
import { awsCloudwatchQueryDefinition } from "./aws-cloudwatch-query-definition.ts";
import { awsDynamodbTable } from "./aws-dynamodb-table.ts";
import { awsIamRole } from "./aws-iam-role.ts";
import { awsIamRolePolicy } from "./aws-iam-role-policy.ts";
import { awsLambdaEventSourceMapping } from "./aws-lambda-event-source-mapping.ts";
import { awsLambdaFunction } from "./aws-lambda-function.ts";
import { awsLambdaLayerVersion } from "./aws-lambda-layer-version.ts";
import { awsLambdaPermission } from "./aws-lambda-permission.ts";
import { awsS3Bucket } from "./aws-s3-bucket.ts";
import { awsS3BucketCorsConfiguration } from "./aws-s3-bucket-cors-configuration.ts";
import { awsS3BucketLifecycleConfiguration } from "./aws-s3-bucket-lifecycle-configuration.ts";
import { awsS3BucketNotification } from "./aws-s3-bucket-notification.ts";
import { awsS3BucketOwnershipControls } from "./aws-s3-bucket-ownership-controls.ts";
import { awsS3BucketPolicy } from "./aws-s3-bucket-policy.ts";
import { awsS3BucketPublicAccessBlock } from "./aws-s3-bucket-public-access-block.ts";
import { awsS3BucketServerSideEncryptionConfiguration } from "./aws-s3-bucket-server-side-encryption-configuration.ts";
import { awsS3BucketVersioning } from "./aws-s3-bucket-versioning.ts";
import { awsS3Object } from "./aws-s3-object.ts";
import { awsSnsTopic } from "./aws-sns-topic.ts";
import { awsSnsTopicPolicy } from "./aws-sns-topic-policy.ts";
import { awsSnsTopicSubscription } from "./aws-sns-topic-subscription.ts";
import { awsSqsQueue } from "./aws-sqs-queue.ts";
import { awsSqsQueuePolicy } from "./aws-sqs-queue-policy.ts";
import { awsSqsQueueRedriveAllowPolicy } from "./aws-sqs-queue-redrive-allow-policy.ts";
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
  awsCloudwatchEventRule,
  awsCloudwatchEventTarget,
  awsCloudwatchLogGroup,
  awsDynamodbTable,
  awsIamRolePolicy,
  awsIamRole,
  awsLambdaEventSourceMapping,
  awsLambdaFunction,
  awsLambdaLayerVersion,
  awsLambdaPermission,
  awsS3BucketCorsConfiguration,
  awsS3BucketLifecycleConfiguration,
  awsS3BucketNotification,
  awsS3BucketOwnershipControls,
  awsS3BucketPolicy,
  awsS3BucketPublicAccessBlock,
  awsS3BucketServerSideEncryptionConfiguration,
  awsS3BucketVersioning,
  awsS3Bucket,
  awsS3Object,
  awsSqsQueuePolicy,
  awsSqsQueueRedriveAllowPolicy,
  awsSqsQueue,
  awsBudgetsBudget,
  awsCloudwatchDashboard,
  awsCloudwatchMetricAlarm,
  awsCloudwatchQueryDefinition,
  awsSnsTopic,
  awsSnsTopicPolicy,
  awsSnsTopicSubscription,
];
