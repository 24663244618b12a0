/** The page for whoever is paged. Its sections by their anchors; a test compares them with the page. */
export const RUNBOOK_PAGE = "docs/runbook.md";

export const RUNBOOK_SECTIONS = {
  apiErrors: "the-api-answers-5xx",
  apiLatency: "the-api-is-slow",
  functionErrors: "a-function-fails",
  functionThrottles: "a-function-is-throttled",
  queueAge: "a-queue-is-slow",
  deadLetters: "dead-letters-stay",
  jobsGivenUp: "jobs-are-given-up",
  jobsStuck: "jobs-are-stuck",
  cdnErrors: "the-cdn-answers-5xx",
  budget: "the-bill-grows",
} as const;

export type RunbookSection = keyof typeof RUNBOOK_SECTIONS;

/** `docs/runbook.md#dead-letters-stay`, or the same at the page's address. */
export function runbookLink(section: RunbookSection, page = RUNBOOK_PAGE): string {
  return `${page}#${RUNBOOK_SECTIONS[section]}`;
}
