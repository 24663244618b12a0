// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and policy variables are written so.

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type KnownType, planStart } from "../../../local/model/plan.ts";
import { parseStackDocument } from "../../../local/model/stack-document.ts";

const provider = { aws: [{ region: "eu-central-1", allowed_account_ids: ["111111111111"] }] };
const thing: KnownType = {
  type: "aws_thing",
  schema: z.strictObject({ name: z.string().optional(), size: z.int().optional(), other: z.unknown().optional() }),
  exports: ["arn"],
};
const poller: KnownType = { type: "aws_poller", schema: z.strictObject({ of: z.string() }), startsTraffic: true };

async function plan(resource: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  const stack = parseStackDocument("test", { provider, resource, ...rest });
  const { order, problems } = await planStart(stack, [thing, poller]);
  return { order: order.map(({ address }) => address), problems: [...stack.problems, ...problems] };
}

describe("the plan of a start", () => {
  it("starts every resource after those that it refers to", async () => {
    const { order, problems } = await plan({
      aws_thing: {
        a: { name: "${aws_thing.b.arn}" },
        b: { other: { deep: ["x ${aws_thing.c.arn}"] } },
        c: {},
        d: { depends_on: ["aws_thing.a"] },
      },
    });

    expect(problems).toEqual([]);
    expect(order).toEqual(["aws_thing.c", "aws_thing.b", "aws_thing.a", "aws_thing.d"]);
  });

  it("starts what brings traffic last", async () => {
    const { order } = await plan({ aws_poller: { p: { of: "${aws_thing.a.arn}" } }, aws_thing: { a: {}, policy: {} } });

    expect(order).toEqual(["aws_thing.a", "aws_thing.policy", "aws_poller.p"]);
  });

  it("names every member of a circle", async () => {
    const { problems } = await plan({
      aws_thing: { a: { name: "${aws_thing.b.arn}" }, b: { name: "${aws_thing.a.arn}" }, c: {} },
    });

    expect(problems).toEqual([
      "these resources refer to each other in a circle: aws_thing.a → aws_thing.b → aws_thing.a",
    ]);
  });

  it("refuses everything that it does not know by name, all at once", async () => {
    const { problems } = await plan(
      {
        aws_thing: {
          a: { colour: "red", size: "big", count: 2, lifecycle: { postcondition: {} } },
          b: { name: "${upper(aws_thing.a.arn)}" },
          c: { name: "${aws_thing.missing.arn}", other: "${aws_thing.a.url}" },
        },
        aws_vpc: { v: {} },
      },
      {
        output: { url: { value: "${aws_thing.gone.url}" } },
        data: { aws_region: {} },
        module: {},
        provider: { aws: [{ ...provider.aws[0], assume_role: [] }] },
      },
    );

    const expected = [
      'data: the laptop runtime does not know "data"',
      'module: the laptop runtime does not know "module"',
      'provider.aws.0: the laptop runtime does not know "assume_role"',
      'aws_thing.a: the laptop runtime does not know "count"',
      'aws_thing.a.lifecycle: the laptop runtime does not know "postcondition"',
      "aws_thing.b.name: the laptop runtime cannot evaluate the expression ${upper(aws_thing.a.arn)}",
      "aws_thing.a.size:",
      'aws_thing.a: the laptop runtime does not know "colour"',
      'aws_vpc.v: the laptop runtime does not know the type "aws_vpc"',
      "aws_thing.c: refers to aws_thing.missing, which the stack does not declare",
      "output.url: refers to aws_thing.gone, which the stack does not declare",
      "aws_thing.c: refers to aws_thing.a.url, which the laptop runtime does not export",
    ];
    for (const problem of expected) expect(problems.join("\n")).toContain(problem);
  });

  it("judges a value that holds a reference only when it is resolved", async () => {
    const { problems } = await plan({ aws_thing: { a: {}, b: { size: "${aws_thing.a.arn}" } } });

    expect(problems).toEqual([]);
  });

  it("refuses a provider that does not pin region and account", async () => {
    const stack = parseStackDocument("test", { provider: { aws: [{ region: "${var.region}" }] }, resource: {} });

    expect(stack.document).toBeUndefined();
    expect(stack.problems.join("\n")).toMatch(/provider\.aws\.0\.region.*\n.*provider\.aws\.0\.allowed_account_ids/);
  });
});
