/** A route of an HTTP API: `POST /presign/upload`, `ANY /files/{proxy+}` or `$default`. */
export interface Route {
  readonly routeKey: string;
  readonly method: string;
  readonly segments: readonly string[];
}

export interface RouteMatch<R extends Route> {
  readonly route: R;
  /** Values of `{name}` and `{name+}`, decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

const ROUTE_KEY = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/([^\s?#]*)$/;

/** Undefined for a key that API Gateway would not take. */
export function parseRouteKey(routeKey: string): Route | undefined {
  if (routeKey === "$default") return { routeKey, method: "ANY", segments: [] };
  const [, method, path] = ROUTE_KEY.exec(routeKey) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const segments = path.split("/");
  const greedyInside = segments.slice(0, -1).some((segment) => segment.endsWith("+}"));
  return greedyInside ? undefined : { routeKey, method, segments };
}

/**
 * The most specific route: a full match before a greedy one before `$default`, literal segments before variables, a
 * named method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function findRoute<R extends Route>(
  routes: readonly R[],
  method: string,
  path: string,
): RouteMatch<R> | undefined {
  const parts = path.replace(/^\//, "").split("/");
  const matches = routes.flatMap((route) => {
    if (route.method !== "ANY" && route.method !== method) return [];
    const pathParameters = route.routeKey === "$default" ? {} : matchSegments(route.segments, parts);
    return pathParameters ? [{ route, pathParameters, rank: rank(route) }] : [];
  });
  return matches.sort((a, b) => (a.rank < b.rank ? -1 : 1))[0];
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+)?\}$/.exec(segment) ?? [];
    const part = parts[index];
    if (part === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
      continue;
    }
    if (part === "") return undefined;
    parameters[name] = greedy ? parts.slice(index).join("/") : part;
    if (greedy) return parameters;
  }
  return segments.length === parts.length ? parameters : undefined;
}

/** Compared as text: per segment 0 literal, 1 variable, 2 greedy; `$default` last of all. */
function rank({ routeKey, method, segments }: Route): string {
  if (routeKey === "$default") return "9";
  const kinds = segments.map((segment) => (segment.endsWith("+}") ? "2" : segment.startsWith("{") ? "1" : "0"));
  return `${kinds.join("")}${method === "ANY" ? "b" : "a"}`;
}
