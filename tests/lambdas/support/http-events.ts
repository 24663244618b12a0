import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export interface HttpCall {
  readonly method?: string;
  readonly path?: string;
  /** The route that API Gateway chose. @default the method and the path themselves */
  readonly routeKey?: string;
  readonly pathParameters?: Record<string, string>;
  /** Of a token that API Gateway has checked. */
  readonly claims?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly requestId?: string;
}

/** A request as API Gateway's payload 2.0 carries it. */
export function makeHttpEvent(call: HttpCall): APIGatewayProxyEventV2 {
  const { method = "GET", path = "/", requestId = "JKJaXmPLvHcESHA=", claims } = call;
  const routeKey = call.routeKey ?? `${method} ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(call.query).toString(),
    headers: {
      "x-forwarded-proto": "https",
      ...(call.body !== undefined && { "content-type": "application/json" }),
      ...call.headers,
    },
    ...(call.pathParameters && { pathParameters: call.pathParameters }),
    ...(call.query ? { queryStringParameters: call.query } : {}),
    ...(call.body === undefined ? {} : { body: call.body }),
    isBase64Encoded: call.isBase64Encoded ?? false,
    requestContext: {
      accountId: "111122223333",
      apiId: "a1b2c3",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId,
      routeKey,
      stage: "$default",
      time: "01/Nov/2026:12:00:00 +0000",
      timeEpoch: 1793534400000,
      ...(claims && { authorizer: { jwt: { claims, scopes: null } } }),
    },
  };
}

export function readBody(result: APIGatewayProxyStructuredResultV2): unknown {
  return JSON.parse(result.body ?? "");
}
