import { LambdaLayerVersion } from "@cdktf/provider-aws/lib/lambda-layer-version/index.js";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object/index.js";
import { Annotations, AssetType, Op, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { LAMBDA_ARCHITECTURE, LAMBDA_RUNTIME } from "../../contracts/runtime.ts";
import { type BuiltLayer, base64OfHex } from "../support/artifacts.ts";
import { withLogicalId } from "../support/logical-id.ts";
import type { PrivateBucket } from "./private-bucket.ts";

export interface FunctionLayerProps {
  /** Up to 140 characters. */
  readonly layerName: string;
  readonly description: string;
  readonly licence: string;
  /** The built zip. */
  readonly code: BuiltLayer;
  /** Where the zip goes up: Lambda takes no more than 50 MB directly. */
  readonly artifacts: PrivateBucket;
}

/** Files that functions share under /opt, published through a bucket; a layer without its binaries is never deployed. */
export class FunctionLayer extends Construct {
  /** The ARN of this version. */
  readonly arn: string;
  private readonly logicalId: string;

  constructor(scope: Construct, id: string, props: FunctionLayerProps) {
    super(scope, `${id}-layer`);
    this.logicalId = id;
    if (props.code.target === "laptop") this.warn();
    const zip = this.createObject(props);
    this.arn = this.createVersion(props, zip).arn;
  }

  private warn(): void {
    Annotations.of(this).addWarning(
      `The layer "${this.logicalId}" was built for this computer only, because its arm64 binaries could not be fetched: it runs here, and a plan for AWS will be refused. See the output of \`npm run build\`.`,
    );
  }

  private createObject({ artifacts, code }: FunctionLayerProps): S3Object {
    const zip = new TerraformAsset(this, "code", {
      path: code.file,
      type: AssetType.FILE,
      assetHash: code.sha256.slice(0, 16),
    });
    return withLogicalId(
      new S3Object(this, "object", {
        bucket: artifacts.name,
        // A key of its own for each content: what is published never changes under a version's feet.
        key: `layers/${this.logicalId}/${code.sha256}.zip`,
        source: zip.path,
        sourceHash: code.sha256,
        contentType: "application/zip",
        lifecycle: code.target === "laptop" ? { precondition: [this.refuseToPlan(artifacts)] } : undefined,
      }),
      this.logicalId,
    );
  }

  /** Terraform wants a condition that refers to something; the bucket is never called this, so it is never met. */
  private refuseToPlan(artifacts: PrivateBucket) {
    return {
      condition: Op.eq(artifacts.name, "never"),
      errorMessage: `The layer ${this.logicalId} holds no arm64 binaries, because they could not be fetched when it was built. Run npm run build where the download is reachable (or set FFMPEG_BINARIES_URL to a mirror), synthesize again, then plan.`,
    };
  }

  private createVersion(props: FunctionLayerProps, zip: S3Object): LambdaLayerVersion {
    return withLogicalId(
      new LambdaLayerVersion(this, "version", {
        layerName: props.layerName,
        description: props.description,
        licenseInfo: props.licence,
        s3Bucket: zip.bucket,
        s3Key: zip.key,
        sourceCodeHash: base64OfHex(props.code.sha256),
        compatibleArchitectures: [LAMBDA_ARCHITECTURE],
        compatibleRuntimes: [LAMBDA_RUNTIME],
        // Functions move to the new version before the old one goes.
        lifecycle: { createBeforeDestroy: true },
      }),
      this.logicalId,
    );
  }
}
