import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { describeLine } from "../../operations/media/job/log-line.ts";
import { compareRenditions } from "../../operations/media/job/objects.ts";
import { readDeployment } from "../../operations/support/deployment.ts";
import { nameMedia } from "../../stacks/media/names.ts";
import { ref, synthesizeStack } from "../stacks/synthesized.ts";
import { environments } from "../support/environments.ts";
import { makeFolder } from "./operations-fixture.ts";

const OUTPUTS = {
  apiUrl: "https://abc.execute-api.eu-central-1.amazonaws.com",
  region: "eu-central-1",
  jobsTable: "darkroom-dev-media-jobs",
  uploadsBucket: "darkroom-dev-media-uploads",
  renditionsBucket: "darkroom-dev-media-renditions",
};

function writeOutputs(stacks: object): { "outputs-file": string } {
  const path = join(makeFolder(), "outputs.json");
  writeFileSync(path, JSON.stringify(stacks));
  return { "outputs-file": path };
}

describe("a deployment", () => {
  it("is found by its outputs: those of the only stack, or of the one that is named", () => {
    const choice = writeOutputs({ a: OUTPUTS, b: { ...OUTPUTS, jobsTable: "darkroom-prod-media-jobs" } });

    expect(readDeployment({ ...choice, stack: "b" }, {}).prefix).toBe("darkroom-prod-media");
    expect(() => readDeployment(choice, {})).toThrow(
      "holds several stacks, and no media stack; name one with --stack: it has a, b.",
    );
    expect(() => readDeployment({ ...choice, stack: "c" }, {})).toThrow('has no stack "c"');
  });

  it("of a laptop with several systems is media's, by the stack's name", () => {
    const dev = { "darkroom-dev-hello": { apiUrl: "http://127.0.0.1:1" }, "darkroom-dev-media": OUTPUTS };
    const twice = { "darkroom-dev-media": OUTPUTS, "darkroom-prod-media": OUTPUTS };

    expect(readDeployment(writeOutputs(dev), {}).stackName).toBe("darkroom-dev-media");
    expect(() => readDeployment(writeOutputs(twice), {})).toThrow("holds several media stacks; name one with --stack");
  });

  it("is a laptop's only with the laptop's address: the same names exist on AWS", () => {
    const choice = writeOutputs({ a: { ...OUTPUTS, apiUrl: "http://127.0.0.1:4567" } });

    expect(() => readDeployment(choice, {})).toThrow("AWS itself would be asked");
    expect(() => readDeployment(choice, { AWS_ENDPOINT_URL: "https://sqs.amazonaws.com" })).toThrow("is https://sqs");
    expect(readDeployment(choice, { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }).stackName).toBe("a");
  });

  it.each(Object.values(environments))(
    "has the names that $name's stack synthesizes, before it is built",
    (environment) => {
      const { name, accountId, region } = environment;
      const stack = synthesizeStack(name);
      const names = {
        stackName: `darkroom-${name}-media`,
        jobsTable: stack.get("aws_dynamodb_table.jobs").name,
        uploadsBucket: stack.get("aws_s3_bucket.uploads").bucket,
        renditionsBucket: stack.get("aws_s3_bucket.renditions").bucket,
      };

      expect(nameMedia(environment)).toEqual({ accountId, region, ...names });
      expect(stack.outputs.uploadsBucket?.value).toBe(ref("aws_s3_bucket.uploads.bucket"));
    },
  );

  it("without outputs is told that an environment's name does too", () => {
    expect(() => readDeployment({ "outputs-file": "nowhere.json" }, {})).toThrow(
      /no nowhere\.json[\s\S]*--environment prod/,
    );
    expect(() => readDeployment(writeOutputs({ a: { region: "x" } }), {})).toThrow(/jobsTable: /);
  });
});

it("of no environment that there is, is refused with the names of those that are", () => {
  const program = ["--import", "tsx", "operate.ts", "redrive", "--environment", "production"];

  const { status, stderr } = spawnSync(process.execPath, program, { cwd: PROJECT_FOLDER, encoding: "utf8" });

  expect(stderr).toBe('There is no environment "production"; expected one of dev, staging, prod.\n');
  expect(status).toBe(1);
});

it("where the network has no AWS, a command says so, and not that AWS refused", () => {
  const { "outputs-file": outputs } = writeOutputs({ a: OUTPUTS });
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: "http://nowhere.invalid",
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_MAX_ATTEMPTS: "1",
  };
  const program = ["--import", "tsx", "operate.ts", "redrive", "--counts", "--outputs-file", outputs];

  const { status, stderr } = spawnSync(process.execPath, program, { cwd: PROJECT_FOLDER, env, encoding: "utf8" });

  expect(status).toBe(1);
  expect(stderr).toMatch(/^AWS cannot be reached: .*nowhere\.invalid/);
});

describe("the renditions of a job", () => {
  it("are told as stored, as missing, as other than recorded, and as left over", () => {
    const renditions = ["a", "b", "c"].map((key) => ({ name: key, key, contentType: "image/webp", bytes: 10 }));
    const stored = [
      { key: "a", bytes: 10 },
      { key: "c", bytes: 9 },
      { key: "d", bytes: 1 },
    ];

    const lines = compareRenditions({ renditions }, stored).join("\n");

    expect(lines).toMatch(/ a .* stored$/m);
    expect(lines).toMatch(/ b .* MISSING$/m);
    expect(lines).toMatch(/ c .* stored with 9 bytes, NOT as recorded$/m);
    expect(lines).toMatch(/ d .* stored by a try that did not finish the job$/m);
  });
});

describe("a line of a log", () => {
  const describeJson = (line: object) => describeLine(JSON.stringify(line));

  it("A10: is shown with known fields alone, and no signed address", () => {
    const described = describeJson({
      level: "WARN",
      message: "gone: https://b.example/k?X-Amz-Signature=abc&a=1",
      fileName: "diary.png",
      ip: "10.0.0.1",
      attempt: 2,
      error: { name: "Error", message: "X-Amz-Credential=AKIA/1 refused", stack: "at secret" },
    });

    expect(described?.text).toBe(
      "WARN gone: https://b.example/k?[not shown] (attempt=2, Error: X-Amz-Credential=[not shown] refused)",
    );
  });

  it("of Lambda itself tells how the call ended, on AWS and on a laptop alike", () => {
    const metrics = { durationMs: 900, maxMemoryUsedMB: 512, memorySizeMB: 512 };
    const record = { requestId: "r", status: "error", errorType: "Runtime.ExitError", metrics };
    const onAws = describeJson({ time: "2026-11-01T12:00:00.000Z", type: "platform.report", record });
    const onLaptop = describeJson({
      ...{ kind: "report", message: "REPORT", durationMs: 900, maxMemoryUsedMb: 512, memoryMb: 512 },
      errorType: "Runtime.ExitError",
    });

    expect(onAws?.text).toBe("the call ended as Runtime.ExitError after 900 ms, with 512 of 512 MB");
    expect(onLaptop?.text).toBe(onAws?.text);
    expect(describeJson({ type: "platform.start", record: { requestId: "r" } })).toBeUndefined();
    expect(describeJson({ _aws: { Timestamp: 1 }, Jobs: 1 })).toBeUndefined();
  });
});
