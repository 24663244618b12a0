import pLimit from "p-limit";
import { codeOf, isServiceError } from "./answers.ts";
import type { Finding, Probe, ProbeResult } from "./probe.ts";
import { PROBES } from "./probes/index.ts";
import type { Target } from "./target.ts";

/** Most of a probe's time is waiting: for a visibility timeout, a poll, an event. */
const AT_ONCE = 24;

export interface RunOptions {
  /** @default all of them */
  readonly probes?: readonly Probe[];
  /** Aborted: what is under way comes to its end, nothing more is begun, and the run ends with the signal's reason. */
  readonly signal?: AbortSignal;
  onResult?(probe: Probe, finding: Finding): void;
}

/** Asks a target every question. Results stand in the order of the probes; a probe that broke ends the run, by name. */
export async function runProbes(target: Target, options: RunOptions = {}): Promise<readonly ProbeResult[]> {
  const { probes = PROBES, signal, onResult } = options;
  const limit = pLimit(AT_ONCE);
  const asked = probes.map((probe) =>
    limit(async () => {
      signal?.throwIfAborted();
      const finding = await ask(probe, target);
      onResult?.(probe, finding);
      return { id: probe.id, finding };
    }),
  );
  // All come to their end before the first failure is told: none must outlive the target.
  const settled = await Promise.allSettled(asked);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

/** An answer of the service that no step foresaw is a difference; anything else is a fault of the probe. */
async function ask(probe: Probe, target: Target): Promise<Finding> {
  try {
    return await probe.run(target);
  } catch (error) {
    if (!isServiceError(error)) throw new Error(`The probe "${probe.id}" broke on ${target.name}.`, { cause: error });
    return { holds: false, saw: `a call that AWS accepts: ${codeOf(error)}.` };
  }
}
