import type { TerraformElement } from "cdktf";
import { findCallSite } from "./call-site.ts";

/**
 * Fixes a Terraform id from day one: `aws_s3_bucket.uploads`. cdktf derives ids from the path of constructs, so without
 * this, moving a construct into another would destroy and create what holds people's data (threats.md P6). Also notes
 * the source lines that asked for it, where Terraform ignores them and a plan's review finds them.
 */
export function withLogicalId<Element extends TerraformElement>(element: Element, logicalId: string): Element {
  element.overrideLogicalId(logicalId);
  element.addOverride("//.source", findCallSite());
  return element;
}

/** A Terraform id of a text: `index.html` → `index_html`. */
export function logicalIdOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, "_");
}
