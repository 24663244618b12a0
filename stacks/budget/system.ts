import { defineSystem } from "../system.ts";
import { BudgetStack } from "./index.ts";
import { budgetSettings } from "./settings.ts";

export const budget = defineSystem({
  name: "budget",
  title: "What the account may cost in a month, and who is told.",
  settings: budgetSettings,
  waivers: [],
  createStack: (scope, props) => new BudgetStack(scope, props),
});
