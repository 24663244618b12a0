import { join } from "node:path";
import { AwsError, accessDenied } from "../../protocol/aws-json/aws-error.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import { invalidParameter, type StoredMessage } from "./message.ts";
import { Queue } from "./queue.ts";
import type { QueueSettings } from "./seam.ts";

const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** All queues of the account, and who may do what with them. */
export class QueueStore {
  readonly #context: ServiceContext;
  readonly #queues = new Map<string, Queue>();
  closed = false;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.#context.region}:${this.#context.accountId}:${name}`;
  }

  /** Creates the queue, or lays the settings over those of an existing one, whose messages stay. */
  put(name: string, settings: QueueSettings): Queue {
    if (!QUEUE_NAME.test(name))
      throw invalidParameter(
        `"${name}" is no name for a standard queue: 1 to 80 letters, digits, hyphens or underscores (FIFO queues are not supported).`,
      );
    this.#checkRedrive(this.arnOf(name), settings);
    const existing = this.#queues.get(name);
    if (existing) {
      existing.settings = settings;
      return existing;
    }
    const path = join(this.#context.directory, `${name}.journal`);
    const queue = new Queue(name, this.arnOf(name), path, settings, this.#context);
    this.#queues.set(name, queue);
    return queue;
  }

  configure(queue: Queue, settings: Partial<QueueSettings>): void {
    const merged = { ...queue.settings, ...settings };
    this.#checkRedrive(queue.arn, settings);
    queue.settings = merged;
    queue.modifiedAt = this.#context.clock.now();
  }

  /** Throws AwsError where there is no such queue. */
  get(arn: string): Queue {
    const name = arn.split(":").at(-1) ?? "";
    const queue = this.#queues.get(name);
    if (queue?.arn === arn) return queue;
    throw queueDoesNotExist();
  }

  getByUrl(url: unknown): Queue {
    const name = typeof url === "string" ? (/\/([^/]+)\/?$/.exec(url)?.[1] ?? url) : "";
    const queue = this.#queues.get(name);
    if (queue) return queue;
    throw queueDoesNotExist();
  }

  getByName(name: unknown): Queue {
    const queue = typeof name === "string" ? this.#queues.get(name) : undefined;
    if (queue) return queue;
    throw queueDoesNotExist();
  }

  list(): Queue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws AccessDenied unless the principal's policies or the queue's allow it. */
  authorize(principal: Principal, action: string, queue: Pick<Queue, "arn"> & { settings?: QueueSettings }): void {
    const request = {
      principal,
      action: `sqs:${action}`,
      resource: queue.arn,
      conditions: { "aws:SecureTransport": "true" },
      resourcePolicy: queue.settings?.policy,
    };
    const decision = this.#context.authorize(request);
    if (!decision.allowed) throw accessDenied(request, decision, 403);
  }

  /** Moves a message that was received too often. False where the target is gone or refuses: it stays where it is. */
  moveToDeadLetters(source: Queue, message: StoredMessage): boolean {
    const targetArn = source.settings.redrivePolicy?.deadLetterTargetArn;
    const target = targetArn === undefined ? undefined : this.#queues.get(targetArn.split(":").at(-1) ?? "");
    if (!target || target === source || !acceptsDeadLetters(target, source.arn)) return false;
    const { id, body, attributes, sentAt, receiveCount, firstReceivedAt } = message;
    const system = { ...message.system, DeadLetterQueueSourceArn: source.arn };
    const visibleAt = this.#context.clock.now();
    target.put({ id, body, attributes, system, sentAt, visibleAt, receiveCount, firstReceivedAt });
    return true;
  }

  close(): void {
    this.closed = true;
    for (const queue of this.#queues.values()) queue.close();
  }

  /** AWS refuses a redrive policy whose target is missing or does not allow this source. */
  #checkRedrive(sourceArn: string, settings: Partial<QueueSettings>): void {
    const targetArn = settings.redrivePolicy?.deadLetterTargetArn;
    if (targetArn === undefined || targetArn === sourceArn) return;
    const target = this.list().find((queue) => queue.arn === targetArn);
    const reason = !target
      ? "Dead letter target does not exist."
      : acceptsDeadLetters(target, sourceArn)
        ? undefined
        : "Queue does not permit the source queue as its redriveAllowPolicy says.";
    if (reason)
      throw invalidParameter(
        `Value ${JSON.stringify(settings.redrivePolicy)} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
      );
  }
}

function acceptsDeadLetters(target: Queue, sourceArn: string): boolean {
  const allow = target.settings.redriveAllowPolicy;
  if (!allow || allow.redrivePermission === "allowAll") return true;
  return allow.redrivePermission === "byQueue" && (allow.sourceQueueArns ?? []).includes(sourceArn);
}

function queueDoesNotExist(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.", {
    namespace: "com.amazonaws.sqs",
    queryCode: "AWS.SimpleQueueService.NonExistentQueue",
  });
}
