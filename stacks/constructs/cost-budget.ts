import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget/index.js";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";

export interface CostBudgetProps {
  /** Unique in the account, up to 100 characters. */
  readonly budgetName: string;
  /** US dollars, for the whole account: each environment has one of its own. */
  readonly monthlyUsd: number;
  /** E-mail addresses, 1–10. */
  readonly subscribers: readonly string[];
}

const RULES: readonly Rule<CostBudgetProps>[] = [
  {
    holds: ({ monthlyUsd }) => isWholeBetween(monthlyUsd, 1, 1_000_000),
    problem: ({ monthlyUsd }) => `monthlyUsd is ${monthlyUsd}; it must be a whole number from 1 to 1000000`,
  },
  {
    // https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
    holds: ({ subscribers }) => subscribers.length >= 1 && subscribers.length <= 10,
    problem: ({ subscribers }) => `subscribers names ${subscribers.length} addresses; it must name 1 to 10`,
  },
];

/**
 * Tells when most of a month's money is spent, when all of it is, and when all of it will be. By e-mail and without a topic:
 * AWS Budgets writes itself, asks for no confirmation, and bills nothing for two.
 */
export class CostBudget extends Construct {
  constructor(scope: Construct, id: string, props: CostBudgetProps) {
    super(scope, `${id}-budget`);
    validateProps(this, props, RULES);
    const tell = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: [...props.subscribers],
    });
    withLogicalId(
      new BudgetsBudget(this, "budget", {
        name: props.budgetName,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(props.monthlyUsd),
        limitUnit: "USD",
        notification: [tell("ACTUAL", 80), tell("ACTUAL", 100), tell("FORECASTED", 100)],
      }),
      id,
    );
  }
}
