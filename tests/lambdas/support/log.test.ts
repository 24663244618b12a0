import { describe, expect, it, vi } from "vitest";
import { createLog, type Log } from "../../../lambdas/support/log.ts";

const URL = "https://up.s3.eu-central-1.amazonaws.com/image/x?X-Amz-Signature=5ec2e7&X-Amz-Security-Token=70ce9";

/** What a use of the log writes to the standard streams, line by line. */
function capture(use: (log: Log) => void): string[] {
  let written = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    });
  }
  try {
    use(createLog("presign"));
  } finally {
    vi.restoreAllMocks();
  }
  return written.split("\n").filter((line) => line !== "");
}

describe("a function's log", () => {
  it("writes one JSON object per line, with level, service, message and fields", () => {
    const [line, ...others] = capture((log) => log.with({ jobId: "j1" }).info("Hello.", { bytes: 5 }));

    expect(others).toEqual([]);
    expect(JSON.parse(line ?? "")).toMatchObject({
      level: "INFO",
      service: "presign",
      message: "Hello.",
      jobId: "j1",
      bytes: 5,
    });
  });

  it("keeps the fields of a derived log out of the log that it came from", () => {
    const lines = capture((log) => {
      log.with({ jobId: "j1" });
      log.info("Hello.");
    });

    expect(lines.join()).not.toContain("j1");
  });

  it("writes an error with its name, its message, its stack and its cause", () => {
    const error = new TypeError("outer", { cause: new Error("inner") });

    const [line] = capture((log) => log.error("It failed.", { error }));

    const { error: written } = JSON.parse(line ?? "");
    expect(written).toMatchObject({ name: "TypeError", message: "outer", cause: { message: "inner" } });
    expect(JSON.stringify(written.stack)).toContain("log.test.ts");
  });

  it("A10: writes no signature or token, wherever an address stands", () => {
    const lines = capture((log) => {
      log.info(`Got ${URL}.`, { url: URL, nested: { urls: [URL] } });
      log.error("It failed.", { error: new Error(`GET ${URL} failed`, { cause: new Error(URL) }) });
      log.warn("x-amz-signature=5ec2e7", { "x-amz-security-token": "70ce9" });
    });

    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toMatch(/5ec2e7|70ce9/);
    expect(lines.join()).toContain("up.s3.eu-central-1.amazonaws.com/image/x?[not logged]");
  });

  it("A10: writes no file name, authorization or form fields, whoever passes them", () => {
    const lines = capture((log) =>
      log.info("Hello.", {
        fileName: "anna.smith@example.com.jpg",
        job: { fileName: "anna" },
        headers: { authorization: "Bearer anna" },
        upload: { fields: { policy: "anna" } },
      }),
    );

    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain("anna");
  });
});
