import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { CostBudget } from "../constructs/cost-budget.ts";
import { globalName } from "../support/naming.ts";
import { SystemStack, type SystemStackProps } from "../system-stack.ts";
import type { BudgetSettings } from "./settings.ts";

/**
 * What an account may cost: once for an environment and not once for each system, and apart from them all, so that taking
 * a system away or adding one touches no other's. Some accounts may have none (members of an organisation): leave it out.
 */
export class BudgetStack extends SystemStack<BudgetSettings> {
  constructor(scope: Construct, props: SystemStackProps<BudgetSettings>) {
    super(scope, "budget", props);
    const { monthlyUsd, subscribers } = this.environment;
    const budgetName = globalName(this.naming, "other", "month");
    new CostBudget(this, "month", { budgetName, monthlyUsd, subscribers });
    new TerraformOutput(this, "budgetName", {
      value: budgetName,
      description: "Name of the account's monthly budget.",
      staticId: true,
    });
  }
}
