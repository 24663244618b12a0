import {
  type PolicyAxis,
  type PolicyCondition,
  type PolicyPrincipals,
  type PolicyStatement,
  parsePolicyDocument,
} from "../../contracts/iam/policy-document.ts";

/** A statement for comparing: everything that it is about stands on an axis, whatever the policy hangs on. */
export interface Statement {
  readonly sid?: string | undefined;
  readonly effect: "Allow" | "Deny";
  /** `*`, `Service:lambda.amazonaws.com`, `AWS:arn:…`; of an identity policy: SELF. */
  readonly principals: PolicyAxis;
  readonly actions: PolicyAxis;
  /** Of a trust policy: SELF. */
  readonly resources: PolicyAxis;
  readonly conditions: readonly PolicyCondition[];
}

/** What the policy hangs on: the role of an identity policy, the resource of a trust policy. */
export const SELF = "(itself)";

const ITSELF: PolicyAxis = { isExcept: false, patterns: [SELF] };

/** The statements of a policy document; undefined where the text is none, or has what this review does not know. */
export function parsePolicy(text: string): readonly Statement[] | undefined {
  try {
    return parsePolicyDocument(JSON.parse(text)).statements?.map(toStatement);
  } catch {
    return undefined;
  }
}

function toStatement({ principals, resources, ...rest }: PolicyStatement): Statement {
  return { ...rest, principals: principals ? toAxis(principals) : ITSELF, resources: resources ?? ITSELF };
}

/** An account's number and its root are the same principal. */
function toAxis({ isExcept, byKind }: PolicyPrincipals): PolicyAxis {
  const patterns = Object.entries(byKind).flatMap(([kind, names]) =>
    names.map((name) => {
      if (kind === "AWS" && name === "*") return "*";
      return kind === "AWS" && /^\d{12}$/.test(name) ? `AWS:arn:aws:iam::${name}:root` : `${kind}:${name}`;
    }),
  );
  return { isExcept, patterns };
}
