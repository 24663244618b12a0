import { describe, expect, it } from "vitest";
import { ENVIRONMENT } from "../../../contracts/media/environment.ts";
import { readEnvironment, readPositiveInteger, readSwitch } from "../../../lambdas/support/environment.ts";

describe("a function's environment", () => {
  it("is exactly the variables that the contract names", () => {
    const environment = readEnvironment("status", ENVIRONMENT.status, {
      JOBS_TABLE: "jobs",
      CDN_URL: "https://cdn",
      PATH: "/bin",
    });

    expect(environment).toEqual({ JOBS_TABLE: "jobs", CDN_URL: "https://cdn" });
  });

  it("names every missing or empty variable at once", () => {
    const read = () => readEnvironment("settle", ENVIRONMENT.settle, { JOBS_TABLE: "" });

    expect(read).toThrow(
      "The function settle needs these environment variables, which are not set: JOBS_TABLE, UPLOADS_BUCKET, METRICS_NAMESPACE.",
    );
  });

  it("takes whole numbers of at least 1, and no other text", () => {
    expect(readPositiveInteger("N", "25000000")).toBe(25_000_000);
    for (const text of ["0", "-1", "1.5", "1e9", "NaN", "", " 1", "0x10", "9".repeat(16)]) {
      expect(() => readPositiveInteger("MAX_IMAGE_BYTES", text)).toThrow(`MAX_IMAGE_BYTES is "${text}"; expected`);
    }
  });

  it("is a switch that is on or off, and nothing between", () => {
    expect([readSwitch("IMAGE_AVIF", "true"), readSwitch("IMAGE_AVIF", "false")]).toEqual([true, false]);
    expect(() => readSwitch("IMAGE_AVIF", "yes")).toThrow('IMAGE_AVIF is "yes"; expected "true" or "false".');
  });
});
