import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { findCallSite } from "../support/call-site.ts";
import { withLogicalId } from "../support/logical-id.ts";
import { ACTIONS, type Grantee, policyDocument, type Statement } from "../support/permissions.ts";

export interface FunctionRoleProps {
  /** Unique in the account, up to 64 characters. */
  readonly roleName: string;
  /** The one function that may wear it, by its computed ARN. */
  readonly functionArn: string;
  readonly accountId: string;
  readonly region: string;
}

/**
 * A role for one function, that may do exactly what was granted to it.
 *
 * Its trust names the function, so that a role cannot be lent to another function of the account (threats.md P2). Lambda
 * sends the function's ARN, with the version where one is called, as aws:SourceArn (AWS re:Post QU-GhwnOYFRsa2gIe1UaDMSQ);
 * while it polls a queue for the function, we allow for the mapping's too, whose id is not known beforehand. AWS documents
 * neither in its guide: should a function of yours "not be assumed by Lambda", aws:SourceAccount alone is the fallback.
 */
export class FunctionRole extends Construct implements Grantee {
  readonly arn: string;
  /** What must exist before AWS checks the function's permissions. */
  readonly policy: IamRolePolicy;
  private readonly statements: Statement[] = [];
  private trustsPollers = false;

  constructor(scope: Construct, id: string, props: FunctionRoleProps) {
    super(scope, `${id}-role`);
    const role = withLogicalId(
      new IamRole(this, "role", {
        name: props.roleName,
        assumeRolePolicy: Lazy.stringValue({ produce: () => this.trustOneFunction(props) }),
      }),
      id,
    );
    this.arn = role.arn;
    this.policy = withLogicalId(
      new IamRolePolicy(this, "policy", {
        name: "granted",
        role: role.name,
        policy: Lazy.stringValue({ produce: () => policyDocument(this.statements) }),
      }),
      id,
    );
  }

  /** Notes the line that grants it too: the policy itself was asked for elsewhere. */
  addStatement(statement: Statement): void {
    this.statements.push(statement);
    const [granted] = findCallSite();
    if (granted) this.policy.addOverride(`//.statements.${statement.Sid}`, granted);
  }

  /** Lets Lambda read queues with this role on the function's behalf. */
  trustPollers(): void {
    this.trustsPollers = true;
  }

  private trustOneFunction({ functionArn, accountId, region }: FunctionRoleProps): string {
    const mappings = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:*`;
    const sources = [functionArn, `${functionArn}:*`, ...(this.trustsPollers ? [mappings] : [])];
    return policyDocument([
      {
        Sid: "OneFunction",
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: ACTIONS.assumeRole,
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": sources },
        },
      },
    ]);
  }
}
