import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";
import { PAGE_ORIGIN } from "../world.ts";

const PREFLIGHT_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html";
const REFUSED_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors-troubleshooting.html";
const CORS_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html";
const ALLOWED = "access-control-allow-origin";

/** Where a browser would send a file: a signed address, so that the endpoint finds bucket and region in it. */
function uploadUrl(target: Target): Promise<string> {
  const put = new PutObjectCommand({ Bucket: target.world.buckets.media.name, Key: "work/cors" });
  return getSignedUrl(target.s3, put);
}

async function preflight(target: Target, origin: string, method: string, headers = "content-type") {
  const { status, headers: got } = await fetch(await uploadUrl(target), {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
  });
  const allowed = got.get(ALLOWED) ?? "no origin";
  return `${status}, ${allowed === origin ? "this origin" : allowed}`;
}

export const S3_CORS_PROBES: readonly Probe[] = [
  {
    id: "cors-preflight",
    service: "S3",
    behaviour: "A preflight from an origin of the bucket's CORS rules is answered with that origin alone.",
    source: PREFLIGHT_PAGE,
    async run(target) {
      return judge(
        ["PUT", await preflight(target, PAGE_ORIGIN, "PUT"), "200, this origin"],
        ["POST", await preflight(target, PAGE_ORIGIN, "POST"), "200, this origin"],
      );
    },
  },
  {
    id: "cors-other-origin",
    service: "S3",
    behaviour: "A preflight from any other origin is refused with 403 and no allow header.",
    source: REFUSED_PAGE,
    async run(target) {
      return judge(
        [
          "an origin that only begins alike",
          await preflight(target, `${PAGE_ORIGIN}.evil.example`, "PUT"),
          "403, no origin",
        ],
        ["http for https", await preflight(target, PAGE_ORIGIN.replace("https:", "http:"), "PUT"), "403, no origin"],
        ["the origin null", await preflight(target, "null", "PUT"), "403, no origin"],
      );
    },
  },
  {
    id: "cors-other-method",
    service: "S3",
    behaviour: "A preflight for a method or a header that no CORS rule names is refused with 403.",
    source: REFUSED_PAGE,
    async run(target) {
      return judge(
        ["DELETE", await preflight(target, PAGE_ORIGIN, "DELETE"), "403, no origin"],
        ["a header", await preflight(target, PAGE_ORIGIN, "PUT", "x-amz-acl"), "403, no origin"],
      );
    },
  },
  {
    id: "cors-exposes-etag",
    service: "S3",
    behaviour: "The answer to an upload from an allowed origin lets the page read the headers that the rule exposes.",
    source: CORS_PAGE,
    async run(target) {
      const headers = { origin: PAGE_ORIGIN };
      const answer = await fetch(await uploadUrl(target), { method: "PUT", body: "bytes", headers });
      return judge(
        ["the upload", String(answer.status), "200"],
        ["exposed", answer.headers.get("access-control-expose-headers") ?? "nothing", "ETag"],
        ["to", answer.headers.get(ALLOWED) ?? "nobody", PAGE_ORIGIN],
      );
    },
  },
];
