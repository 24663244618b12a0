import { describe, expect, it } from "vitest";
import { stableId } from "../../../local/model/resources/stable-id.ts";

const MEDIA = { accountId: "111111111111", stackName: "darkroom-dev-media" };
const API = "aws_apigatewayv2_api.api";

describe("an id that AWS would make up", () => {
  it("is the same at every start, as long as was asked, in lower case", () => {
    expect(stableId(MEDIA, API, 10)).toBe(stableId(MEDIA, API, 10));
    expect(stableId(MEDIA, API, 10)).toMatch(/^[a-z0-9]{10}$/);
  });

  it("differs where two stacks call a resource alike, and in another account", () => {
    const ids = [
      stableId(MEDIA, API, 10),
      stableId({ ...MEDIA, stackName: "darkroom-dev-users" }, API, 10),
      stableId({ ...MEDIA, accountId: "222222222222" }, API, 10),
      stableId(MEDIA, "aws_apigatewayv2_api.other", 10),
    ];

    expect(new Set(ids).size).toBe(4);
  });
});
