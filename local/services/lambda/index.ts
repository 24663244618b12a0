import { defineService } from "../../service.ts";
import type { SqsService } from "../sqs/seam.ts";
import { createLambda } from "./lambda-service.ts";
import { awsLambdaEventSourceMapping } from "./resources/aws-lambda-event-source-mapping.ts";
import { awsLambdaFunction } from "./resources/aws-lambda-function.ts";
import { awsLambdaLayerVersion } from "./resources/aws-lambda-layer-version.ts";
import { awsLambdaPermission } from "./resources/aws-lambda-permission.ts";

/** Lambda, which polls SQS. */
export const lambda = defineService({
  name: "lambda",
  create: (context, { sqs }: { readonly sqs: SqsService }) => createLambda({ ...context, sqs }),
  resources: [awsLambdaEventSourceMapping, awsLambdaFunction, awsLambdaLayerVersion, awsLambdaPermission],
});
