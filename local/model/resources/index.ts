import type { CoreRuntime } from "../../runtime.ts";
import { awsCloudfrontCachePolicy } from "../../services/cdn/resources/aws-cloudfront-cache-policy.ts";
import { awsCloudfrontDistribution } from "../../services/cdn/resources/aws-cloudfront-distribution.ts";
import { awsCloudfrontOriginAccessControl } from "../../services/cdn/resources/aws-cloudfront-origin-access-control.ts";
import { awsCloudfrontResponseHeadersPolicy } from "../../services/cdn/resources/aws-cloudfront-response-headers-policy.ts";
import { awsDynamodbTable } from "../../services/dynamodb/resources/aws-dynamodb-table.ts";
import { awsApigatewayv2Api } from "../../services/http-api/resources/aws-apigatewayv2-api.ts";
import { awsApigatewayv2Integration } from "../../services/http-api/resources/aws-apigatewayv2-integration.ts";
import { awsApigatewayv2Route } from "../../services/http-api/resources/aws-apigatewayv2-route.ts";
import { awsApigatewayv2Stage } from "../../services/http-api/resources/aws-apigatewayv2-stage.ts";
import { awsIamRole } from "../../services/iam/resources/aws-iam-role.ts";
import { awsIamRolePolicy } from "../../services/iam/resources/aws-iam-role-policy.ts";
import { awsLambdaEventSourceMapping } from "../../services/lambda/resources/aws-lambda-event-source-mapping.ts";
import { awsLambdaFunction } from "../../services/lambda/resources/aws-lambda-function.ts";
import { awsLambdaLayerVersion } from "../../services/lambda/resources/aws-lambda-layer-version.ts";
import { awsLambdaPermission } from "../../services/lambda/resources/aws-lambda-permission.ts";
import { awsCloudwatchLogGroup } from "../../services/logs/resources/aws-cloudwatch-log-group.ts";
import { awsS3Bucket } from "../../services/s3/resources/aws-s3-bucket.ts";
import { awsS3BucketCorsConfiguration } from "../../services/s3/resources/aws-s3-bucket-cors-configuration.ts";
import { awsS3BucketLifecycleConfiguration } from "../../services/s3/resources/aws-s3-bucket-lifecycle-configuration.ts";
import { awsS3BucketNotification } from "../../services/s3/resources/aws-s3-bucket-notification.ts";
import { awsS3BucketOwnershipControls } from "../../services/s3/resources/aws-s3-bucket-ownership-controls.ts";
import { awsS3BucketPolicy } from "../../services/s3/resources/aws-s3-bucket-policy.ts";
import { awsS3BucketPublicAccessBlock } from "../../services/s3/resources/aws-s3-bucket-public-access-block.ts";
import { awsS3BucketServerSideEncryptionConfiguration } from "../../services/s3/resources/aws-s3-bucket-server-side-encryption-configuration.ts";
import { awsS3BucketVersioning } from "../../services/s3/resources/aws-s3-bucket-versioning.ts";
import { awsS3Object } from "../../services/s3/resources/aws-s3-object.ts";
import { awsCloudwatchEventRule } from "../../services/schedule/resources/aws-cloudwatch-event-rule.ts";
import { awsCloudwatchEventTarget } from "../../services/schedule/resources/aws-cloudwatch-event-target.ts";
import { awsSqsQueue } from "../../services/sqs/resources/aws-sqs-queue.ts";
import { awsSqsQueuePolicy } from "../../services/sqs/resources/aws-sqs-queue-policy.ts";
import { awsSqsQueueRedriveAllowPolicy } from "../../services/sqs/resources/aws-sqs-queue-redrive-allow-policy.ts";
import { awsBudgetsBudget } from "../../services/watching/resources/aws-budgets-budget.ts";
import { awsCloudwatchDashboard } from "../../services/watching/resources/aws-cloudwatch-dashboard.ts";
import { awsCloudwatchMetricAlarm } from "../../services/watching/resources/aws-cloudwatch-metric-alarm.ts";
import { awsCloudwatchQueryDefinition } from "../../services/watching/resources/aws-cloudwatch-query-definition.ts";
import { awsSnsTopic } from "../../services/watching/resources/aws-sns-topic.ts";
import { awsSnsTopicPolicy } from "../../services/watching/resources/aws-sns-topic-policy.ts";
import { awsSnsTopicSubscription } from "../../services/watching/resources/aws-sns-topic-subscription.ts";
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
