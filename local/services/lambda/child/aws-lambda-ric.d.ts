/** Runs on import; it has no types of its own. */
declare module "aws-lambda-ric" {}
