/** What is lost with a resource of each type. */
const DATA: Readonly<Record<string, string>> = {
  aws_s3_bucket: "every object in it",
  aws_dynamodb_table: "every item in it",
  aws_sqs_queue: "every message that waits in it",
  aws_cloudwatch_log_group: "every log line in it",
  aws_sns_topic: "its subscriptions",
  aws_kms_key: "everything that was encrypted with it",
  aws_secretsmanager_secret: "the secret's value",
  aws_ssm_parameter: "the parameter's value",
  aws_db_instance: "the database",
  aws_rds_cluster: "the database",
  aws_efs_file_system: "every file in it",
  aws_ebs_volume: "the volume",
  aws_ecr_repository: "every image in it",
  aws_cognito_user_pool: "every user",
  aws_kinesis_stream: "every record in it",
  aws_backup_vault: "every backup in it",
};

/** What can be made again from the code alone. */
const REPLACEABLE: readonly RegExp[] = [
  /^aws_s3_bucket_/,
  /^aws_s3_object$/,
  /^aws_sqs_queue_/,
  /^aws_sns_topic_/,
  /^aws_lambda_/,
  /^aws_iam_/,
  /^aws_apigatewayv2_/,
  /^aws_cloudfront_/,
  /^aws_cloudwatch_(event_|metric_alarm$|dashboard$|query_definition$|log_metric_filter$|composite_alarm$)/,
  /^aws_budgets_budget$/,
  /^aws_kms_alias$/,
  /^terraform_data$/,
  /^null_resource$/,
];

/** `unlisted`: this review does not know the type, and does not guess that nothing is lost. */
export type HoldsData = "yes" | "no" | "unlisted";

export function holdsData(type: string): HoldsData {
  if (Object.hasOwn(DATA, type)) return "yes";
  return REPLACEABLE.some((pattern) => pattern.test(type)) ? "no" : "unlisted";
}

/** `every object in it`; undefined where nothing is known to be lost. */
export function findLoss(type: string): string | undefined {
  return Object.hasOwn(DATA, type) ? DATA[type] : undefined;
}
