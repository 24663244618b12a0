/** A stack as it is parsed, to be spoiled. */
export type Document = Record<string, unknown> & {
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
};

export type Change = (document: Document) => void;

/** One way to break a rule, or to keep one that the stacks are excused from. */
export interface Case {
  /** The resource that the rule names. */
  readonly address: string;
  /** `out`: the finding comes with the change; `in`: it goes. */
  readonly defence: "out" | "in";
  readonly change: Change;
}

/** The defence is taken out: the rule has to name `address`, and did not before. */
export function out(address: string, ...changes: readonly Change[]): Case {
  return { address, defence: "out", change: (document) => changes.forEach((change) => void change(document)) };
}

/** The stacks are excused from the rule, but put the defence in, and it has nothing to say. */
export function putIn(address: string, ...changes: readonly Change[]): Case {
  return { ...out(address, ...changes), defence: "in" };
}

/** Writes an attribute; undefined takes it out. Goes through lists by their first block. */
export function set(address: string, path: string, value: unknown): Change {
  return (document) => {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    const target = steps.reduce<Record<string, unknown>>(
      (body, step) => {
        body[step] ??= {};
        return firstOf(body[step]);
      },
      find(document, address),
    );
    if (value === undefined) delete target[last];
    else target[last] = value;
  };
}

/** Declares a resource. */
export function declare(address: string, body: Record<string, unknown>): Change {
  return (document) => {
    const [type = "", id = ""] = address.split(".");
    document.resource[type] = { ...document.resource[type], [id]: body };
  };
}

/** Takes a resource out. */
export function remove(address: string): Change {
  return (document) => {
    const [type = "", id = ""] = address.split(".");
    find(document, address);
    delete document.resource[type]?.[id];
  };
}

/** Adds a statement to a policy. */
export function state(address: string, statement: Record<string, unknown>): Change {
  return (document) => changePolicy(document, address, (statements) => [...statements, statement]);
}

/** Rewrites every statement of a policy that has this Sid. */
export function restate(address: string, sid: string, changes: Record<string, unknown>): Change {
  return (document) =>
    changePolicy(document, address, (statements) => {
      if (!statements.some(({ Sid }) => Sid === sid)) throw new Error(`${address} has no statement ${sid}.`);
      return statements.map((it) => (it.Sid === sid ? { ...it, ...changes } : it));
    });
}

/** A reference as it stands in the JSON. */
export function ref(path: string): string {
  return `\${${path}}`;
}

type Statement = Record<string, unknown>;

function changePolicy(document: Document, address: string, change: (statements: Statement[]) => Statement[]): void {
  const body = find(document, address);
  const attribute = address.startsWith("aws_iam_role.") ? "assume_role_policy" : "policy";
  const { Statement, ...rest } = JSON.parse(String(body[attribute])) as { readonly Statement: Statement[] };
  body[attribute] = JSON.stringify({ ...rest, Statement: change(Statement) });
}

function find(document: Document, address: string): Record<string, unknown> {
  const [type = "", id = ""] = address.split(".");
  const settings = document as unknown as Record<string, Record<string, unknown>>;
  const body = document.resource[type]?.[id] ?? settings[type]?.[id];
  if (body === undefined) throw new Error(`The stack declares no ${address}.`);
  return firstOf(body);
}

function firstOf(value: unknown): Record<string, unknown> {
  return (Array.isArray(value) ? value[0] : value) as Record<string, unknown>;
}
