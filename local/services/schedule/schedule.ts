import { randomUUID } from "node:crypto";
import type { Log, RuntimeClock } from "../../service.ts";
import type { LambdaService } from "../lambda/seam.ts";
import { type Cadence, parseScheduleExpression } from "./schedule-expression.ts";

/** How soon a schedule notices that a test has moved the clock. */
const LOOK_MS = 1000;

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly enabled: boolean;
}

export interface Target {
  readonly id: string;
  readonly functionArn: string;
  /** Constant JSON in the place of the event. */
  readonly input?: string;
}

export interface ScheduleContext {
  readonly region: string;
  readonly accountId: string;
  readonly clock: RuntimeClock;
  readonly log: Log;
  readonly lambda: Pick<LambdaService, "invokeLater">;
}

/** EventBridge's rules on a schedule: calls functions as events.amazonaws.com on behalf of the rule. */
export class Schedule {
  readonly #context: ScheduleContext;
  readonly #rules = new Map<
    string,
    { readonly rule: Rule; readonly cadence: Cadence; readonly targets: Map<string, Target> }
  >();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(context: ScheduleContext) {
    this.#context = context;
  }

  /** Throws for an expression that cannot be honoured. Nothing is due before the rule is started. */
  putRule(rule: Rule): void {
    this.#rules.set(rule.name, { rule, cadence: parseScheduleExpression(rule.expression), targets: new Map() });
  }

  /** Adds a target and starts the rule's clock. Returns how to undo that. */
  putTarget(ruleName: string, target: Target): () => void {
    const entry = this.#get(ruleName);
    entry.targets.set(target.id, target);
    if (entry.rule.enabled && !this.#timers.has(ruleName)) this.#await(ruleName, this.#context.clock.now());
    return () => {
      entry.targets.delete(target.id);
      if (entry.targets.size === 0) this.#stop(ruleName);
    };
  }

  /** Calls the rule's targets at once, as if it were due. */
  fireNow(ruleName: string): void {
    const { rule, targets } = this.#get(ruleName);
    for (const target of targets.values()) this.#fire(rule, target);
  }

  #get(ruleName: string) {
    const entry = this.#rules.get(ruleName);
    if (entry) return entry;
    throw new Error(
      `There is no EventBridge rule ${ruleName}; the stack declares ${[...this.#rules.keys()].join(", ") || "none"}.`,
    );
  }

  #stop(ruleName: string): void {
    clearTimeout(this.#timers.get(ruleName));
    this.#timers.delete(ruleName);
  }

  /** Looks every second, which also serves timers longer than setTimeout takes and clocks that jump. */
  #await(ruleName: string, since: number): void {
    const { cadence } = this.#get(ruleName);
    const due = cadence.nextAfter(since);
    if (due === undefined) return;
    const look = () => {
      const now = this.#context.clock.now();
      if (now < due) {
        const timer = setTimeout(look, Math.min(LOOK_MS, due - now));
        timer.unref();
        this.#timers.set(ruleName, timer);
        return;
      }
      this.fireNow(ruleName);
      this.#await(ruleName, now);
    };
    look();
  }

  #fire(rule: Rule, target: Target): void {
    const { accountId, lambda, log } = this.#context;
    const principal = {
      type: "service",
      service: "events.amazonaws.com",
      sourceArn: rule.arn,
      sourceAccount: accountId,
    } as const;
    try {
      const event: unknown = target.input === undefined ? this.#event(rule) : JSON.parse(target.input);
      lambda.invokeLater(principal, target.functionArn, event);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log({ level: "error", source: "events", message: `rule ${rule.name} could not call its target: ${reason}` });
    }
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
  #event(rule: Rule) {
    const { region, accountId, clock } = this.#context;
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: accountId,
      time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region,
      resources: [rule.arn],
      detail: {},
    };
  }
}
