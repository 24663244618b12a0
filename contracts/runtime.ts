/** Handlers run as `index.handler`: the build writes each bundle as `index.mjs` at the root of its zip. */
export const LAMBDA_HANDLER = "index.handler";
/** One constant: aws 5.100.0 rejects nodejs24.x at validate. */
export const LAMBDA_RUNTIME = "nodejs22.x";
export const LAMBDA_ARCHITECTURE = "arm64";
