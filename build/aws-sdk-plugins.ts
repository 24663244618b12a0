import type { Plugin } from "esbuild";

/**
 * Lambda hands a function its credentials in the environment, and so does the laptop runtime. The SDK's default chain also
 * knows SSO, profiles, web identity and instance metadata: 90 KB in every bundle, and never reached.
 */
const credentialsFromEnvironment: Plugin = {
  name: "credentials-from-environment",
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ resolveDir }) => ({
      path: "credentials",
      namespace: "environment",
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /.*/, namespace: "environment" }, ({ pluginData }) => ({
      contents: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";',
      resolveDir: pluginData,
    }));
  },
};

/**
 * The SDK loads its event streams (S3 Select, Kinesis, Transcribe) with a dynamic import. No function calls such an
 * operation, but esbuild must then keep all that they import whole: 20 KB in every bundle.
 */
const withoutEventStreams: Plugin = {
  name: "without-event-streams",
  setup(build) {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "event-streams", namespace: "left-out" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents:
        'throw new Error("Operations with event streams are left out of the bundles by build/aws-sdk-plugins.ts");',
    }));
  },
};

/**
 * DynamoDB's client keeps discovered endpoints in a least-recently-used cache of two packages, 7 KB, though it discovers
 * none unless it is told to. A Map holds the few that there could ever be.
 */
const smallEndpointCache: Plugin = {
  name: "small-endpoint-cache",
  setup(build) {
    build.onResolve({ filter: /^mnemonist\/lru-cache(\.js)?$/ }, () => ({ path: "lru-cache", namespace: "map" }));
    build.onLoad({ filter: /.*/, namespace: "map" }, () => ({
      contents: "export default class extends Map { constructor() { super(); } peek(key) { return this.get(key); } }",
    }));
  },
};

/** What makes the AWS SDK smaller in a function's bundle: a small bundle starts sooner (performance.md, goal 8). */
export const AWS_SDK_PLUGINS: readonly Plugin[] = [credentialsFromEnvironment, withoutEventStreams, smallEndpointCache];
