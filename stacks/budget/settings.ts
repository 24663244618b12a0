import * as z from "zod";
import { email } from "../support/alarm-settings.ts";

/** The block `budget` of an environment in environments.ts. */
export const budgetSettings = z.strictObject({
  /** US dollars a month for the whole account; told at 80 % spent, and when all of it is forecast or spent. */
  monthlyUsd: z.int().min(1).max(1_000_000),
  /** E-mail addresses that are told. */
  subscribers: z
    .array(email)
    .min(1, "must name at least one: a budget that nobody hears of is none")
    .max(10)
    .refine((all) => new Set(all).size === all.length, { error: "name each subscriber once" }),
});

export type BudgetSettings = z.output<typeof budgetSettings>;
