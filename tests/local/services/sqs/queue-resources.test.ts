import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StackRuntime } from "../../../../local/runtime.ts";
import type { Services } from "../../../../local/services/index.ts";
import { awsSqsQueue } from "../../../../local/services/sqs/resources/aws-sqs-queue.ts";
import { awsSqsQueuePolicy } from "../../../../local/services/sqs/resources/aws-sqs-queue-policy.ts";
import { awsSqsQueueRedriveAllowPolicy } from "../../../../local/services/sqs/resources/aws-sqs-queue-redrive-allow-policy.ts";
import type { SqsService } from "../../../../local/services/sqs/seam.ts";
import { createSqs } from "../../../../local/services/sqs/sqs-service.ts";
import { ACCOUNT, ADMINISTRATOR, REGION, SignedEndpoint } from "../../protocol/aws-json/signed-endpoint.ts";

let endpoint: SignedEndpoint;
let sqs: SqsService;
let runtime: StackRuntime & Services;

beforeEach(async () => {
  endpoint = await SignedEndpoint.open();
  sqs = endpoint.serve(await createSqs(endpoint.context()));
  runtime = { sqs, region: REGION, accountId: ACCOUNT } as unknown as StackRuntime & Services;
});
afterEach(() => endpoint.close());

const arnOf = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
const queue = async (config: object) => {
  const parsed = await awsSqsQueue.schema.parseAsync(config);
  return (await awsSqsQueue.start({ address: "aws_sqs_queue.x", config: parsed }, runtime)).attributes;
};

describe("the queue resources", () => {
  it("make a queue with AWS's defaults, and export what references need", async () => {
    expect(await queue({ name: "work" })).toEqual({
      id: `${endpoint.url}/${ACCOUNT}/work`,
      url: `${endpoint.url}/${ACCOUNT}/work`,
      arn: arnOf("work"),
      name: "work",
    });
    expect(await sqs.getQueueSettings(ADMINISTRATOR, arnOf("work"))).toEqual({
      visibilityTimeoutSeconds: 30,
      messageRetentionSeconds: 345_600,
      delaySeconds: 0,
      maxMessageSize: 262_144,
      receiveWaitTimeSeconds: 0,
    });
  });

  it("join a queue to its dead letters, and say who may send and who may redrive", async () => {
    const { url } = await queue({ name: "dead" });
    const redrivePolicy = { deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 3 };
    await queue({ name: "work", redrive_policy: JSON.stringify(redrivePolicy) });
    const allow = { redrivePermission: "byQueue", sourceQueueArns: [arnOf("work")] };
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: arnOf("dead"),
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
    await awsSqsQueueRedriveAllowPolicy.start(
      { address: "x", config: { queue_url: String(url), redrive_allow_policy: JSON.stringify(allow) } },
      runtime,
    );
    const parsed = await awsSqsQueuePolicy.schema.parseAsync({ queue_url: url, policy: JSON.stringify(policy) });
    await awsSqsQueuePolicy.start({ address: "x", config: parsed }, runtime);

    expect((await sqs.getQueueSettings(ADMINISTRATOR, arnOf("work"))).redrivePolicy).toEqual(redrivePolicy);
    expect(await sqs.getQueueSettings(ADMINISTRATOR, arnOf("dead"))).toMatchObject({
      redriveAllowPolicy: allow,
      policy,
    });
  });

  it.each([
    [{ name: "work.fifo" }, "no FIFO queue"],
    [{ name: "work", fifo_queue: true }, "fifo_queue"],
    [{ name: "work", kms_master_key_id: "x" }, "kms_master_key_id"],
    [{ name: "work", visibility_timeout_seconds: 43_201 }, "visibility_timeout_seconds"],
  ])("refuse by name what cannot be honoured: %o", async (config, problem) => {
    const { error } = await awsSqsQueue.schema.safeParseAsync(config);
    expect(JSON.stringify(error?.issues)).toContain(problem);
  });
});
