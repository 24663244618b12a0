import { describe, expect, it } from "vitest";
import { renderHcl } from "../../stacks/support/hcl.ts";
import { ref } from "./synthesized.ts";

function renderResource(body: Record<string, unknown>): string {
  const text = renderHcl({ resource: { aws_thing: { one: { "//": { metadata: {} }, ...body } } } });
  return text.slice(text.indexOf('resource "aws_thing"')).trimEnd();
}

describe("renderHcl", () => {
  it("writes a policy out as jsonencode, references and all", () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Resource: `${ref("aws_s3_bucket.a.arn")}/*` }],
    });

    expect(renderResource({ policy })).toBe(
      [
        'resource "aws_thing" "one" {',
        "  policy = jsonencode({",
        '    Version = "2012-10-17"',
        "    Statement = [",
        "      {",
        `        Resource = "${ref("aws_s3_bucket.a.arn")}/*"`,
        "      },",
        "    ]",
        "  })",
        "}",
      ].join("\n"),
    );
  });

  it("writes a reference that stands alone without quotes, and depends_on as references", () => {
    expect(renderResource({ bucket: ref("aws_s3_bucket.a.id"), depends_on: ["aws_s3_bucket.a"] })).toBe(
      [
        'resource "aws_thing" "one" {',
        "  bucket = aws_s3_bucket.a.id",
        "  depends_on = [",
        "    aws_s3_bucket.a,",
        "  ]",
        "}",
      ].join("\n"),
    );
  });

  it("parts attributes from blocks, a block for each of a list, and aligns neighbours", () => {
    expect(renderResource({ rule: [{ id: "a" }, { id: "b" }], name: "x", enabled: true, tags: { "a b": "c" } })).toBe(
      [
        'resource "aws_thing" "one" {',
        "  enabled = true",
        '  name    = "x"',
        "  tags = {",
        '    "a b" = "c"',
        "  }",
        "",
        "  rule {",
        '    id = "a"',
        "  }",
        "",
        "  rule {",
        '    id = "b"',
        "  }",
        "}",
      ].join("\n"),
    );
  });

  it("escapes what HCL would read otherwise", () => {
    expect(renderResource({ text: 'say "no"\n' })).toContain('text = "say \\"no\\"\\n"');
  });
});
