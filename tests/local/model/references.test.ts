// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and policy variables are written so.

import { describe, expect, it } from "vitest";
import { createAddressRewriter } from "../../../local/model/own-addresses.ts";
import { listReferences, parseTemplate, resolveReferences, TemplateError } from "../../../local/model/references.ts";

const attributes: Record<string, Record<string, unknown>> = {
  "aws_sqs_queue.resize": { arn: "arn:aws:sqs:eu-central-1:1:resize", max: 5, tags: { a: "b" } },
  "aws_lambda_function.resize": { vpc: [{ id: "v-1" }], logging: { group: "/aws/lambda/resize" } },
};

function resolve(value: unknown): unknown {
  return resolveReferences(value, ({ address, path }) => {
    let current: unknown = attributes[address];
    for (const step of path) current = (current as Record<string | number, unknown>)[step];
    return current;
  });
}

describe("references in a synthesized stack", () => {
  it("a string that is one reference takes the value's own type", () => {
    const config = { size: "${aws_sqs_queue.resize.max}", tags: "${aws_sqs_queue.resize.tags}" };

    const resolved = resolve(config);

    expect(resolved).toEqual({ size: 5, tags: { a: "b" } });
  });

  it("references inside a longer text become part of it, however deep they stand", () => {
    const config = { policy: ['{"Resource":"${aws_sqs_queue.resize.arn}/*","Max":${aws_sqs_queue.resize.max}}'] };

    const resolved = resolve(config);

    expect(resolved).toEqual({ policy: ['{"Resource":"arn:aws:sqs:eu-central-1:1:resize/*","Max":5}'] });
  });

  it("a reference reaches into blocks by index", () => {
    expect(resolve("${aws_lambda_function.resize.vpc[0].id}")).toBe("v-1");
  });

  it("escaped markers stay literal, as IAM's policy variables need", () => {
    expect(resolve("$${aws:username} and %%{if}")).toBe("${aws:username} and %{if}");
  });

  it("a reference to something that is no text cannot stand inside a text", () => {
    expect(() => resolve("x-${aws_sqs_queue.resize.tags}")).toThrow(TemplateError);
  });

  it.each([
    ["a function", '${jsonencode({"a" = "b"})}', "jsonencode"],
    ["a condition", '${var.a ? "b" : "c"}', "var.a"],
    ["a data source", "${data.aws_caller_identity.me.account_id}", "data"],
    ["a variable", "${var.region}", "var"],
    ["a local value", "${local.region}", "local"],
    ["a splat", "${aws_sqs_queue.resize[*].arn}", "[*]"],
    ["a directive", "%{ if true }x%{ endif }", "if true"],
    ["an unfinished expression", "${aws_sqs_queue.resize.arn", "unfinished"],
  ])("%s is refused, and quoted", (_what, text, quoted) => {
    expect(() => parseTemplate(text)).toThrow(TemplateError);
    expect(() => parseTemplate(text)).toThrow(quoted);
  });

  it("lists the references of a whole block", () => {
    const block = { a: ["${aws_sqs_queue.resize.arn}"], b: { c: "x${aws_sqs_queue.resize.url}" }, d: 5 };

    const addresses = listReferences(block).map(({ address, path }) => [address, ...path].join("."));

    expect(addresses).toEqual(["aws_sqs_queue.resize.arn", "aws_sqs_queue.resize.url"]);
  });
});

describe("the runtime's own addresses", () => {
  it("become http, and no others do", () => {
    const addresses = createAddressRewriter();
    addresses.add("127.0.0.1:4567");

    const text = addresses.rewrite(
      "https://127.0.0.1:4567/a https://127.0.0.1:45670 https://127.0.0.1:4568 https://example.com",
    );

    expect(text).toBe("http://127.0.0.1:4567/a https://127.0.0.1:45670 https://127.0.0.1:4568 https://example.com");
  });
});
