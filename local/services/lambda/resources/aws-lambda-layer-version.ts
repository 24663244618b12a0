import { join, resolve } from "node:path";
import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LambdaService } from "../seam.ts";

type Runtime = StackRuntime & { lambda: LambdaService };

const schema = z
  .strictObject({
    layer_name: z.string().min(1).max(140),
    /** A path in the synthesized stack. */
    filename: z.string().optional(),
    // Where AWS reads it from; here the hash finds the very same zip among the built artifacts.
    s3_bucket: z.string().optional(),
    s3_key: z.string().optional(),
    source_code_hash: z.base64().optional(),
    // What AWS lists it for, and shows of it.
    compatible_architectures: z.array(z.string()).optional(),
    compatible_runtimes: z.array(z.string()).optional(),
    description: z.string().optional(),
    license_info: z.string().optional(),
  })
  .refine(({ filename, source_code_hash: hash }) => filename !== undefined || hash !== undefined, {
    message: "needs filename or, for a zip in S3, source_code_hash",
  });
type Config = z.infer<typeof schema>;

export const awsLambdaLayerVersion = defineResource<Runtime, Config>({
  type: "aws_lambda_layer_version",
  uniqueBy: "layer_name",
  schema,
  exports: ["arn", "id", "layer_arn", "version"],
  async start({ address, config }, runtime) {
    const { arn, layerArn, version } = await runtime.lambda.putLayer(
      config.layer_name,
      findZip(address, config, runtime),
    );
    return { attributes: { id: arn, arn, layer_arn: layerArn, version: String(version) } };
  },
});

function findZip(address: string, { filename, source_code_hash: hash = "" }: Config, runtime: Runtime): string {
  if (filename !== undefined) return resolve(runtime.stackFolder, filename);
  const sha256 = Buffer.from(hash, "base64").toString("hex");
  const built = Object.values(runtime.artifacts.layers).find((layer) => layer.sha256 === sha256);
  if (built) return join(runtime.artifactsFolder, built.path);
  throw new Error(
    `${address}: no built layer has the hash of source_code_hash; the stack was synthesized from other artifacts. Run the build and synthesize again.`,
  );
}
