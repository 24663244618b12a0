import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AccessRequest } from "../../../../local/service.ts";
import {
  createLambda,
  type LambdaContext,
  type LaptopLambda,
} from "../../../../local/services/lambda/lambda-service.ts";
import type { FunctionSettings, InvokeResult } from "../../../../local/services/lambda/seam.ts";
import type { SqsService } from "../../../../local/services/sqs/seam.ts";
import { createSqs } from "../../../../local/services/sqs/sqs-service.ts";
import {
  ADMINISTRATOR,
  createAuthorize,
  type LogLine,
  SignedEndpoint,
} from "../../protocol/aws-json/signed-endpoint.ts";
import { functionOf } from "./function-zip.ts";

/** Lambda and SQS behind one signed endpoint, with the nouns of the tests. */
export class Stage {
  private constructor(
    readonly endpoint: SignedEndpoint,
    readonly lambda: LaptopLambda,
    readonly sqs: SqsService,
  ) {}

  static async open(
    allow?: (request: AccessRequest) => boolean,
    more: Partial<LambdaContext> = {},
    folder?: string,
  ): Promise<Stage> {
    const endpoint = await SignedEndpoint.open(folder);
    const { authorize } = createAuthorize(allow);
    const contextFor = (name: string) => {
      const directory = join(endpoint.folder, name);
      mkdirSync(directory, { recursive: true });
      return { ...endpoint.context(authorize), directory };
    };
    const sqs = endpoint.serve(await createSqs(contextFor("sqs")));
    const lambda = endpoint.serve(await createLambda({ ...contextFor("lambda"), sqs, ...more }));
    return new Stage(endpoint, lambda, sqs);
  }

  /** Declares a function of one module and returns how to call it. */
  async declare(name: string, code: string, more: Partial<FunctionSettings> = {}) {
    const { arn } = await this.lambda.putFunction(functionOf(this.endpoint.folder, name, code, more));
    return Object.assign(
      (event: unknown = {}): Promise<InvokeResult> => this.lambda.invoke(ADMINISTRATOR, arn, event),
      { arn },
    );
  }

  async queue(name: string, visibilityTimeoutSeconds = 60) {
    const settings = {
      visibilityTimeoutSeconds,
      messageRetentionSeconds: 345_600,
      delaySeconds: 0,
      maxMessageSize: 262_144,
      receiveWaitTimeSeconds: 0,
    };
    return this.sqs.putQueue(name, settings);
  }

  /** Resolves with the first log line that fits, past or future. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return until(() => this.endpoint.lines.find(fits));
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}

/** Looks again and again until there is something; the test's own timeout is the limit. */
export async function until<T>(find: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
