import { describe, expect, it } from "vitest";
import { ref } from "../stacks/synthesized.ts";
import { leaveOut, type StackDocument } from "./leave-out.ts";

function stack(resource: StackDocument["resource"]): StackDocument {
  return { provider: { aws: [{}] }, resource };
}

describe("leaving out what an emulator lacks", () => {
  it("takes the resources of the type, and every attribute, list item and dependency that refers to one", () => {
    const { document, resources, attributes } = leaveOut(
      stack({
        aws_cloudfront_cache_policy: { cdn: { name: "a" } },
        aws_cloudfront_distribution: {
          cdn: {
            enabled: true,
            default_cache_behavior: { cache_policy_id: ref("aws_cloudfront_cache_policy.cdn.id"), compress: true },
            aliases: [ref("aws_cloudfront_cache_policy.cdn.name"), "kept"],
            depends_on: ["aws_cloudfront_cache_policy.cdn", "aws_s3_bucket.site"],
          },
        },
        aws_s3_bucket: { site: { bucket: "b" } },
      }),
      ["aws_cloudfront_cache_policy"],
    );

    expect(document).toEqual(
      stack({
        aws_cloudfront_distribution: {
          cdn: {
            enabled: true,
            default_cache_behavior: { compress: true },
            aliases: ["kept"],
            depends_on: ["aws_s3_bucket.site"],
          },
        },
        aws_s3_bucket: { site: { bucket: "b" } },
      }),
    );
    expect(resources).toEqual(["aws_cloudfront_cache_policy.cdn"]);
    expect(attributes).toEqual([
      "aws_cloudfront_distribution.cdn: default_cache_behavior.cache_policy_id",
      "aws_cloudfront_distribution.cdn: aliases",
      "aws_cloudfront_distribution.cdn: depends_on",
    ]);
  });

  it("leaves what only begins alike", () => {
    const all = stack({
      aws_sqs_queue: { a: { name: "a" } },
      aws_sqs_queue_policy: { a: { queue_url: ref("aws_sqs_queue.a.url") } },
    });

    expect(leaveOut(all, ["aws_sqs_queue_policy"]).document.resource).toEqual({ aws_sqs_queue: { a: { name: "a" } } });
    expect(leaveOut(all, []).document).toEqual(all);
  });

  it("refuses where a policy's text refers to one: what is left would be another stack", () => {
    const policy = { policy: `{"Resource":"${ref("aws_sqs_queue.a.arn")}/*"}` };

    expect(() =>
      leaveOut(stack({ aws_sqs_queue: { a: {} }, aws_iam_role_policy: { r: policy } }), ["aws_sqs_queue"]),
    ).toThrow("aws_sqs_queue.a cannot be left out: policy refers to it within a longer text.");
  });
});
