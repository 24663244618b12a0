import { type BackendScope, LOCK_TABLE_NAME, STACKS_PREFIX, stateBucketName } from "./names.ts";
import { getTypePermissions, type NamedPlace, type TypePermissions } from "./resource-permissions.ts";
import type { Statement } from "./statement.ts";

/**
 * What a deployment of one environment changes, of the Terraform types that the stacks declare: everything that bears its name (`darkroom-<environment>-…`), and what AWS
 * names by an id of its own. It reaches the states of its own stacks alone, and neither this backend nor its roles.
 *
 * It makes the functions' roles, so whoever holds it can grant in this account what they like: what guards it is the
 * GitHub environment, whose reviewers let a workflow in (docs/bootstrap.md).
 */
export function listApplyStatements(scope: BackendScope, environment: string, types: readonly string[]): Statement[] {
  const permissions = getTypePermissions(types);
  const place = { ...scope, name: `darkroom-${environment}-*` };
  return [
    ...listStateStatements(scope, environment),
    ...listNamedStatements(place, permissions),
    ...listPassStatements(place, permissions),
    ...listUnnamedStatements(permissions),
  ];
}

function listStateStatements(scope: BackendScope, environment: string): Statement[] {
  const state = `arn:aws:s3:::${stateBucketName(scope)}`;
  const states = `${state}/${STACKS_PREFIX}darkroom-${environment}-*/`;
  const table = `arn:aws:dynamodb:${scope.region}:${scope.accountId}:table/${LOCK_TABLE_NAME}`;
  return [
    { Sid: "ListStates", Effect: "Allow", Action: "s3:ListBucket", Resource: state },
    { Sid: "WriteStates", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${states}*` },
    // A state itself is never deleted, only its lock.
    { Sid: "Unlock", Effect: "Allow", Action: "s3:DeleteObject", Resource: `${states}*.tflock` },
    {
      Sid: "LockInTable",
      Effect: "Allow",
      Action: ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
      Resource: table,
    },
  ];
}

function listNamedStatements(place: NamedPlace, permissions: readonly TypePermissions[]): Statement[] {
  const named = permissions.flatMap((it) => it.named ?? []);
  return listUnique(named.map(({ sid }) => sid)).map((sid) => {
    const all = named.filter((it) => it.sid === sid);
    return {
      Sid: sid,
      Effect: "Allow",
      Action: listUnique(all.flatMap(({ actions }) => actions)),
      Resource: listUnique(all.flatMap(({ resources }) => resources(place))),
    };
  });
}

function listPassStatements({ accountId, name }: NamedPlace, permissions: readonly TypePermissions[]): Statement[] {
  const services = listUnique(permissions.flatMap(({ passesRolesTo }) => passesRolesTo ?? []));
  if (services.length === 0) return [];
  return [
    {
      Sid: "PassRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: `arn:aws:iam::${accountId}:role/${name}`,
      Condition: { StringEquals: { "iam:PassedToService": services } },
    },
  ];
}

function listUnnamedStatements(permissions: readonly TypePermissions[]): Statement[] {
  const actions = listUnique(permissions.flatMap(({ unnamed = [] }) => unnamed));
  return actions.length === 0 ? [] : [{ Sid: "ManageUnnamed", Effect: "Allow", Action: actions.sort(), Resource: "*" }];
}

function listUnique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
