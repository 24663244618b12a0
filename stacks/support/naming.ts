import { ConfigurationError } from "./errors.ts";

/**
 * Physical names, computed and not left to AWS, so that ARNs are known before anything exists: every stack then plans
 * alone. A name is unique where its kind must be: buckets in the whole world, roles and CloudFront policies in the
 * account, all others in account and region.
 */
export interface NamingScope {
  /** `dev` */
  readonly environment: string;
  /** `media` */
  readonly system: string;
  /** 12 digits. */
  readonly accountId: string;
  /** `eu-central-1` */
  readonly region: string;
}

/** Longest names that AWS takes. Sources: the naming rules in each service's quotas page. */
const MAX_LENGTH = { bucket: 63, role: 64, function: 64, queue: 80, cloudfront: 64, table: 255, other: 128 } as const;

export type RegionalKind = "function" | "queue" | "table" | "other";
export type GlobalKind = "role" | "cloudfront" | "other";

/** `darkroom-dev-media-uploads-111111111111-eu-central-1` */
export function bucketName(scope: NamingScope, name: string): string {
  return checked("bucket", `${namePrefix(scope)}-${name}-${scope.accountId}-${scope.region}`);
}

/** `darkroom-dev-media-resize` */
export function regionalName(scope: NamingScope, kind: RegionalKind, name: string): string {
  return checked(kind, `${namePrefix(scope)}-${name}`);
}

/** `darkroom-dev-media-resize-eu-central-1`, for what belongs to the account and not to a region. */
export function globalName(scope: NamingScope, kind: GlobalKind, name: string): string {
  return checked(kind, `${namePrefix(scope)}-${name}-${scope.region}`);
}

/** `darkroom-dev-media`: what each name of a system begins with, in one environment. */
export function namePrefix({ environment, system }: Pick<NamingScope, "environment" | "system">): string {
  return stackName(system, environment);
}

/** `darkroom-dev-media` */
export function stackName(system: string, environment: string): string {
  return `darkroom-${environment}-${system}`;
}

export function functionArn(scope: NamingScope, functionName: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.accountId}:function:${functionName}`;
}

/** `Darkroom/dev/media`: CloudWatch's namespace of what functions measure. */
export function metricsNamespace({ environment, system }: NamingScope): string {
  return `Darkroom/${environment}/${system}`;
}

function checked(kind: keyof typeof MAX_LENGTH, name: string): string {
  const problems: string[] = [];
  if (name.length > MAX_LENGTH[kind]) {
    problems.push(`has ${name.length} characters; AWS takes at most ${MAX_LENGTH[kind]}: shorten the last part`);
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    problems.push("may hold only lower-case letters, digits and single hyphens between them");
  }
  if (problems.length > 0) {
    const path = `${kind} name "${name}"`;
    throw new ConfigurationError(
      "A name cannot be made:",
      problems.map((message) => ({ path, message })),
    );
  }
  return name;
}
