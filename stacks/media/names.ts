import type { Environment } from "../support/environment.ts";
import { bucketName, regionalName, stackName } from "../support/naming.ts";

/** Where a media stack is, and what of it a person asks for when something is wrong. Known before anything exists. */
export function nameMedia({ name, accountId, region }: Environment) {
  const naming = { environment: name, accountId, region };
  return {
    accountId,
    region,
    stackName: stackName("media", name),
    jobsTable: regionalName(naming, "table", "jobs"),
    uploadsBucket: bucketName(naming, "uploads"),
    renditionsBucket: bucketName(naming, "renditions"),
  };
}
