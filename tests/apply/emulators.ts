/** Where an emulator is not AWS, as far as our stacks touch it. */
export interface EmulatorGaps {
  /** Terraform types that it does not implement, and how that shows. They are left out, with every reference to them. */
  readonly notImplemented: Readonly<Record<string, string>>;
  /**
   * Attributes that it takes and answers for differently, by type. They are applied, and Terraform is told to ignore the answer
   * (`ignore_changes`): the second plan would repair what AWS never breaks.
   */
  readonly answersDifferently: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Of an emulator that nobody has looked at: whatever it lacks fails, by name. */
export const NO_GAPS: EmulatorGaps = { notImplemented: {}, answersDifferently: {} };

/** moto 5.2. An entry that no stack has a use for fails. */
export const MOTO_GAPS: EmulatorGaps = {
  notImplemented: {
    aws_budgets_budget: "ListTagsForResource is answered with 500",
    aws_cloudfront_cache_policy: "CreateCachePolicy is answered with 404",
    aws_cloudfront_response_headers_policy: "CreateResponseHeadersPolicy is answered with 404",
    aws_cloudwatch_query_definition: "PutQueryDefinition is answered with 500",
    aws_sqs_queue_redrive_allow_policy: "the queue attribute RedriveAllowPolicy is unknown",
  },
  answersDifferently: {
    aws_cloudfront_distribution: {
      "default_cache_behavior[0].forwarded_values": "made up, because the cache policy is left out",
      origin: "its origin_access_control_id is forgotten",
      "viewer_certificate[0].ssl_support_method": "`sni-only` for CloudFront's own certificate, which has none",
    },
    aws_lambda_function: { logging_config: "forgotten" },
    aws_sqs_queue: { redrive_policy: "the same JSON, with spaces" },
  },
};

/** Names every entry for which the stacks have no use. */
export function listUnused({ notImplemented, answersDifferently }: EmulatorGaps, types: readonly string[]): string[] {
  return [...Object.keys(notImplemented), ...Object.keys(answersDifferently)].filter((type) => !types.includes(type));
}
