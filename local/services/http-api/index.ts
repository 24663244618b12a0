import { defineService } from "../../service.ts";
import { createHttpApiRegistry } from "./registry.ts";
import { awsApigatewayv2Api } from "./resources/aws-apigatewayv2-api.ts";
import { awsApigatewayv2Integration } from "./resources/aws-apigatewayv2-integration.ts";
import { awsApigatewayv2Route } from "./resources/aws-apigatewayv2-route.ts";
import { awsApigatewayv2Stage } from "./resources/aws-apigatewayv2-stage.ts";

/** API Gateway's HTTP APIs, each on a port of its own. */
export const httpApi = defineService({
  name: "httpApi",
  create: createHttpApiRegistry,
  resources: [awsApigatewayv2Api, awsApigatewayv2Integration, awsApigatewayv2Route, awsApigatewayv2Stage],
});
