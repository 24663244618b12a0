import type { EnvironmentBase } from "../support/environment.ts";
import { bucketName, regionalName, stackName } from "../support/naming.ts";

/** The system's name. */
export const MEDIA = "media";

/** Where a media stack is, and what of it a person asks for when something is wrong. Known before anything exists. */
export function nameMedia({ name, accountId, region }: EnvironmentBase) {
  const naming = { environment: name, system: MEDIA, accountId, region };
  return {
    accountId,
    region,
    stackName: stackName(MEDIA, name),
    jobsTable: regionalName(naming, "table", "jobs"),
    uploadsBucket: bucketName(naming, "uploads"),
    renditionsBucket: bucketName(naming, "renditions"),
  };
}
