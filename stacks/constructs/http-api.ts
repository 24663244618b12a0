import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api/index.js";
import { Apigatewayv2Authorizer } from "@cdktf/provider-aws/lib/apigatewayv2-authorizer/index.js";
import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration/index.js";
import { Apigatewayv2Route } from "@cdktf/provider-aws/lib/apigatewayv2-route/index.js";
import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage/index.js";
import { Construct } from "constructs";
import { type Address, type Auth, routeKey } from "../../contracts/http/route.ts";
import { withLogicalId } from "../support/logical-id.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import type { AlarmTopic } from "./alarm-topic.ts";
import { LogGroup } from "./log-group.ts";
import type { NodeFunction } from "./node-function.ts";

/** What the API must know of a route's value. */
export interface RouteAccess extends Address {
  readonly auth: Auth;
}

export interface HttpRoute {
  /** Letters and digits: the Terraform id of the route. */
  readonly id: string;
  readonly route: RouteAccess;
  readonly handler: NodeFunction;
}

/** Who signs people in: tokens of this issuer, made for one of these audiences, are taken. */
export interface TokenIssuer {
  /** `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc` */
  readonly issuer: string;
  /** The applications' ids: `aud` or `client_id` of a token. */
  readonly audience: readonly string[];
}

/** Every route of an API, and the function that answers each. One without a function does not compile. */
export function leadRoutes<Routes extends Readonly<Record<string, RouteAccess>>>(
  routes: Routes,
  handlers: { readonly [K in keyof Routes]: NodeFunction },
): HttpRoute[] {
  return Object.entries(routes).map(([id, route]) => ({ id, route, handler: handlers[id as keyof Routes] }));
}

export interface HttpApiProps {
  /** Up to 128 characters. */
  readonly apiName: string;
  readonly description: string;
  readonly routes: readonly HttpRoute[];
  /** Answers every other address and method, so that an error has one shape there too. @default API Gateway answers */
  readonly fallback?: NodeFunction;
  /** Needed where a route asks who is calling, and only there. */
  readonly tokens?: TokenIssuer | undefined;
  /** Pages that may call it, by exact origin. */
  readonly origins: readonly string[];
  /** Steady rate, 1–10000; more are answered 429. */
  readonly requestsPerSecond: number;
  /** Requests at one moment, 1–5000. */
  readonly burst: number;
  /** Days. */
  readonly logRetentionDays: number;
  /** Who is told, of how many answers of 500 and above in five minutes, and how slow a slowest twentieth. @default nobody */
  readonly alarms?: ApiAlarms | undefined;
}

export interface ApiAlarms {
  readonly topic: AlarmTopic;
  readonly errors: number;
  /** Milliseconds. */
  readonly p95Ms: number;
}

/** How long a browser may remember the answer to a preflight. */
const CORS_MAX_AGE_SECONDS = 3600;
/**
 * One JSON line per request. No query string and no headers: an address with its signature, a token or a name may stand
 * there (threats.md A10). `ip` is what an abuser is found by.
 */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTimeEpoch",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.routeKey",
  status: "$context.status",
  responseBytes: "$context.responseLength",
  latencyMs: "$context.responseLatency",
  functionMs: "$context.integrationLatency",
  error: "$context.error.message",
  functionError: "$context.integrationErrorMessage",
});

/**
 * OPTIONS is left out, and with it `$default` and ANY: API Gateway answers a preflight itself unless a route takes it,
 * and a function's 404 would then shut every page out (aws/serverless-application-model#1603).
 */
const FALLBACK_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** Ids of their routes, by path: `{proxy+}` takes one segment or more, and so not the root. */
const FALLBACK_PATHS = { fallback: "/{proxy+}", fallback_root: "/" } as const;

/** Segments of letters, digits, dots, dashes and underscores, or one parameter each. */
const PATH = /^(\/([\w.-]+|\{\w+\}))+$/;

const RULES: readonly Rule<HttpApiProps>[] = [
  {
    holds: ({ routes }) => new Set(listKeys(routes)).size === routes.length && routes.length > 0,
    problem: ({ routes }) => `routes must name at least one, and each once: ${listKeys(routes).join(", ") || "none"}`,
  },
  {
    holds: ({ routes }) => routes.every(({ route }) => PATH.test(route.path)),
    problem: ({ routes }) =>
      `routes holds a path that is not like /users/{userId}: ${routes.map(({ route }) => route.path).join(", ")}`,
  },
  {
    holds: ({ routes, tokens }) => asksWhoCalls(routes) === (tokens !== undefined),
    problem: ({ tokens }) =>
      tokens
        ? "tokens names an issuer, and no route asks for a token; give a route scopes, or leave tokens out"
        : "a route asks for a token, and tokens names no issuer",
  },
  {
    holds: ({ tokens }) => !tokens || (/^(https:\/\/|\$\{)/.test(tokens.issuer) && tokens.audience.length > 0),
    problem: ({ tokens }) =>
      `tokens must name an https:// issuer and one audience at least; found ${tokens?.issuer} and ${tokens?.audience.length}`,
  },
  {
    holds: ({ origins }) => origins.every((origin) => !origin.includes("*")),
    problem: ({ origins }) => `origins holds a wildcard (${origins.join(", ")}); name each origin (threats.md A5)`,
  },
  {
    holds: ({ requestsPerSecond }) => isWholeBetween(requestsPerSecond, 1, 10_000),
    problem: ({ requestsPerSecond }) =>
      `requestsPerSecond is ${requestsPerSecond}; it must be a whole number from 1 to 10000`,
  },
  {
    holds: ({ burst }) => isWholeBetween(burst, 1, 5_000),
    problem: ({ burst }) => `burst is ${burst}; it must be a whole number from 1 to 5000`,
  },
];

/** Functions behind HTTPS: throttled, logged as JSON without secrets, open to the named pages alone. */
export class HttpApi extends Construct {
  /** `https://<id>.execute-api.<region>.amazonaws.com`, without a slash at the end. */
  readonly url: string;
  readonly apiId: string;
  readonly logGroupName: string;
  private readonly api: Apigatewayv2Api;
  private readonly authorizer: Apigatewayv2Authorizer | undefined;
  /** One for each function, however many routes lead to it. */
  private readonly integrations = new Map<NodeFunction, Apigatewayv2Integration>();

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, `${id}-http-api`);
    validateProps(this, props, RULES);
    this.api = this.createApi(id, props);
    this.url = this.api.apiEndpoint;
    this.apiId = this.api.id;
    this.logGroupName = this.createStage(id, props);
    this.authorizer = props.tokens && this.createAuthorizer(id, props.tokens);
    for (const route of props.routes) this.createRoute(route);
    if (props.fallback) this.createFallback(props.fallback);
    if (props.alarms) this.createAlarms(id, props.alarms);
  }

  private createApi(id: string, props: HttpApiProps): Apigatewayv2Api {
    return withLogicalId(
      new Apigatewayv2Api(this, "api", {
        name: props.apiName,
        description: props.description,
        protocolType: "HTTP",
        corsConfiguration: {
          allowOrigins: [...props.origins],
          allowMethods: [...new Set(props.routes.map(({ route }) => route.method))],
          allowHeaders: ["content-type", "if-none-match", ...(asksWhoCalls(props.routes) ? ["authorization"] : [])],
          exposeHeaders: ["etag", "retry-after"],
          allowCredentials: false,
          maxAge: CORS_MAX_AGE_SECONDS,
        },
      }),
      id,
    );
  }

  /** Returns the name of its log group. */
  private createStage(id: string, props: HttpApiProps): string {
    const logs = new LogGroup(this, id, {
      name: `/aws/http-api/${props.apiName}`,
      retentionDays: props.logRetentionDays,
    });
    withLogicalId(
      new Apigatewayv2Stage(this, "stage", {
        apiId: this.api.id,
        name: "$default",
        autoDeploy: true,
        defaultRouteSettings: {
          throttlingRateLimit: props.requestsPerSecond,
          throttlingBurstLimit: props.burst,
        },
        accessLogSettings: { destinationArn: logs.arn, format: ACCESS_LOG_FORMAT },
      }),
      id,
    );
    return logs.name;
  }

  private createAlarms(id: string, { topic, errors, p95Ms }: ApiAlarms): void {
    const metric = { namespace: "AWS/ApiGateway", dimensions: { ApiId: this.apiId } } as const;
    topic.createAlarm(this, {
      id: `${id}_errors`,
      meaning: "The API answers 500 and above.",
      runbook: "apiErrors",
      metric: { ...metric, name: "5xx", statistic: "Sum" },
      atLeast: errors,
    });
    topic.createAlarm(this, {
      id: `${id}_latency`,
      meaning: "One in twenty answers of the API is slow.",
      runbook: "apiLatency",
      metric: { ...metric, name: "Latency", statistic: "p95" },
      atLeast: p95Ms,
      // A cold start or two is no reason to wake anybody.
      periods: 3,
    });
  }

  private createAuthorizer(id: string, { issuer, audience }: TokenIssuer): Apigatewayv2Authorizer {
    return withLogicalId(
      new Apigatewayv2Authorizer(this, "authorizer", {
        apiId: this.api.id,
        name: "tokens",
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: { issuer, audience: [...audience] },
      }),
      id,
    );
  }

  private createRoute({ id, route, handler }: HttpRoute): void {
    const { method, path } = route;
    this.createRouteTo(handler, id, routeKey(route), route.auth);
    // The stage `$default`, this method and path alone: arn:aws:execute-api:<region>:<account>:<api>/$default/POST/presign/upload
    const source = `${this.api.executionArn}/$default/${method}${path.replaceAll(/\{\w+\}/g, "*")}`;
    handler.allowCallFrom(`api_${id}`, "apigateway.amazonaws.com", source);
  }

  private createFallback(handler: NodeFunction): void {
    for (const [id, path] of Object.entries(FALLBACK_PATHS)) {
      for (const method of FALLBACK_METHODS) {
        this.createRouteTo(handler, `${id}_${method.toLowerCase()}`, routeKey({ method, path }), "none");
      }
      handler.allowCallFrom(id, "apigateway.amazonaws.com", `${this.api.executionArn}/$default/*${path}`);
    }
  }

  private createRouteTo(handler: NodeFunction, id: string, key: string, auth: Auth): void {
    const integration = this.integrations.get(handler) ?? this.createIntegration(handler);
    withLogicalId(
      new Apigatewayv2Route(this, `route-${id}`, {
        apiId: this.api.id,
        routeKey: key,
        target: `integrations/${integration.id}`,
        ...(auth !== "none" && {
          authorizationType: "JWT",
          authorizerId: this.authorizer?.id,
          // None: any token of the issuer will do.
          ...(auth.scopes.length > 0 && { authorizationScopes: [...auth.scopes] }),
        }),
      }),
      id,
    );
  }

  private createIntegration(handler: NodeFunction): Apigatewayv2Integration {
    const integration = withLogicalId(
      new Apigatewayv2Integration(this, `integration-${handler.logicalId}`, {
        apiId: this.api.id,
        integrationType: "AWS_PROXY",
        integrationUri: handler.invokeArn,
        payloadFormatVersion: "2.0",
      }),
      handler.logicalId,
    );
    this.integrations.set(handler, integration);
    return integration;
  }
}

function listKeys(routes: readonly HttpRoute[]): string[] {
  return routes.map(({ route }) => routeKey(route));
}

function asksWhoCalls(routes: readonly HttpRoute[]): boolean {
  return routes.some(({ route }) => route.auth !== "none");
}
