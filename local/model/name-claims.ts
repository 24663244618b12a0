/** A resource, and the name that AWS would know it by. */
export interface NamedResource {
  /** `darkroom-dev-media` */
  readonly stack: string;
  /** `aws_sqs_queue.resize` */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** Its region, where that is another one than the stack's. */
  readonly elsewhere?: string;
}

export interface NameClaims {
  /** Undefined where the name is the resource's from now on; else the problem, in words. */
  claim(resource: NamedResource): string | undefined;
}

/**
 * AWS has room for one resource of a type and name in an account and region: the second one's deployment would fail half way,
 * or take over what is the first one's. Here it would be the second that is meant by both.
 */
export function createNameClaims(): NameClaims {
  const owners = new Map<string, NamedResource>();
  return {
    claim(resource) {
      const { stack, address, type, name, elsewhere } = resource;
      const place = JSON.stringify([type, elsewhere, name]);
      const owner = owners.get(place) ?? resource;
      owners.set(place, owner);
      if (owner.stack === stack && owner.address === address) return undefined;
      return `${stack}: ${address}: is called "${name}", as ${owner.address} of ${owner.stack} is; AWS has room for one of that name`;
    },
  };
}
