import { S3Object } from "@cdktf/provider-aws/lib/s3-object/index.js";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { BuiltFile } from "../support/artifacts.ts";
import { logicalIdOf, withLogicalId } from "../support/logical-id.ts";
import { type Rule, validateProps } from "../support/validate.ts";
import type { PrivateBucket } from "./private-bucket.ts";

export interface SiteFilesProps {
  readonly bucket: PrivateBucket;
  /** The built page, file by file. */
  readonly files: readonly (BuiltFile & {
    readonly key: string;
    readonly contentType: string;
    readonly cacheControl: string;
  })[];
  /** `config.json`: what the page is told of where it runs. */
  readonly config: Readonly<Record<string, string>>;
}

const CONFIG_KEY = "config.json";

const RULES: readonly Rule<SiteFilesProps>[] = [
  {
    holds: ({ files }) => files.some(({ key }) => key === "index.html"),
    problem: ({ files }) => `files holds no index.html, only ${files.map(({ key }) => key).join(", ") || "nothing"}`,
  },
  {
    holds: ({ files }) => !files.some(({ key }) => key === CONFIG_KEY),
    problem: () => `files holds ${CONFIG_KEY}, which is written here; leave it out of the build`,
  },
  {
    holds: ({ files }) => new Set(files.map(({ key }) => logicalIdOf(key))).size === files.length,
    problem: ({ files }) =>
      `two of the files would have the same Terraform id: ${files.map(({ key }) => key).join(", ")}; rename one`,
  },
];

/** A built page in its bucket, with a `config.json` beside it that says where the API is. */
export class SiteFiles extends Construct {
  constructor(scope: Construct, id: string, props: SiteFilesProps) {
    super(scope, `${id}-files`);
    validateProps(this, props, RULES);
    for (const file of props.files) this.createFile(id, props.bucket, file);
    this.createConfig(id, props);
  }

  private createFile(id: string, bucket: PrivateBucket, file: SiteFilesProps["files"][number]): void {
    const name = logicalIdOf(file.key);
    const asset = new TerraformAsset(this, `source-${name}`, {
      path: file.file,
      type: AssetType.FILE,
      assetHash: file.sha256.slice(0, 16),
    });
    withLogicalId(
      new S3Object(this, name, {
        bucket: bucket.name,
        key: file.key,
        source: asset.path,
        sourceHash: file.sha256,
        contentType: file.contentType,
        cacheControl: file.cacheControl,
      }),
      `${id}_${name}`,
    );
  }

  private createConfig(id: string, props: SiteFilesProps): void {
    withLogicalId(
      new S3Object(this, "config", {
        bucket: props.bucket.name,
        key: CONFIG_KEY,
        content: JSON.stringify(props.config),
        contentType: "application/json",
        // It may change with any deployment, unlike files that are named by their content.
        cacheControl: "no-cache",
      }),
      `${id}_${logicalIdOf(CONFIG_KEY)}`,
    );
  }
}
