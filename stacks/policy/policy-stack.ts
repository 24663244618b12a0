export type Body = Readonly<Record<string, unknown>>;

/** One thing that a stack declares. Provider, outputs and backend are read as resources of types of their own. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  /** `aws_s3_bucket.uploads` */
  readonly address: string;
  readonly body: Body;
}

/** A synthesized stack as plain data: what stands in cdk.tf.json, whatever wrote it. */
export class PolicyStack {
  readonly name: string;
  readonly resources: readonly Resource[];
  private readonly byAddress: ReadonlyMap<string, Resource>;

  /** `document` is the content of cdk.tf.json, parsed. */
  constructor(document: Body) {
    this.name = String(valueAt(document, "//.metadata.stackName") ?? "stack");
    this.resources = [...listResources(document), ...listSettings(document)];
    this.byAddress = new Map(this.resources.map((resource) => [resource.address, resource]));
  }

  list(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The resource that a reference like `${aws_sqs_queue.resize.arn}` names, or the first of several. */
  findReferred(text: unknown): Resource | undefined {
    const [address] = listReferences(text);
    return address === undefined ? undefined : this.byAddress.get(address);
  }

  /** Resources of a type whose attribute names the given one: a bucket's policy, a role's policies. */
  listAttached(to: Resource, type: string, attribute: string): readonly Resource[] {
    return this.list(type).filter(({ body }) => refersTo(body[attribute], to));
  }
}

/** Whether a text, or any text inside a value, names a resource. */
export function refersTo(value: unknown, resource: Resource): boolean {
  return listReferences(value).includes(resource.address);
}

/** Addresses that stand in the references of a value, in order: `${aws_s3_bucket.site.arn}/*` → `aws_s3_bucket.site`. */
export function listReferences(value: unknown): readonly string[] {
  return listTexts(value).flatMap((text) =>
    [...text.matchAll(/\$\{([a-z][a-z0-9_]*\.[A-Za-z_][\w-]*)[^}]*\}/g)].map(([, address = ""]) => address),
  );
}

/** Every text inside a value, however deep. */
export function listTexts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return isObject(value) || Array.isArray(value) ? Object.values(value).flatMap(listTexts) : [];
}

/**
 * The value at a path of attributes: `rule.filter.prefix`. Terraform reads a block alike whether JSON writes it as an object
 * or as a list of one; where there are several, this is the first.
 */
export function valueAt(body: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    const block = Array.isArray(value) ? value[0] : value;
    return isObject(block) ? block[name] : undefined;
  }, body);
}

/** Every block of a name, written as an object or as a list. */
export function blocksAt(body: unknown, path: string): readonly Body[] {
  const value = valueAt(body, path);
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

/** A list of texts that may be written as one. */
export function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listResources({ resource = {} }: Body): Resource[] {
  return Object.entries(resource as Record<string, Record<string, Body>>).flatMap(([type, named]) =>
    Object.entries(named).map(([id, body]) => ({ type, id, address: `${type}.${id}`, body })),
  );
}

function listSettings({ provider = {}, output = {}, terraform = {} }: Body): Resource[] {
  const named = (type: string, values: unknown) =>
    Object.entries(values as Body).flatMap(([id, bodies]) =>
      (Array.isArray(bodies) ? bodies : [bodies]).map((body) => ({ type, id, address: `${type}.${id}`, body })),
    );
  return [
    ...named("provider", provider),
    ...named("output", output),
    ...named("backend", valueAt(terraform, "backend") ?? {}),
  ];
}
