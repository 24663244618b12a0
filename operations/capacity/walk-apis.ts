import type { Gauge } from "./gauge.ts";
import { getLimit } from "./limits.ts";
import { byLimit, bySetting, formatNumber, type KnownStack, placeOf, type Walk } from "./walk.ts";

/** Stages of HTTP APIs, and what all of the account share; distributions. */
export function walkApis(walk: Walk): Gauge[] {
  const stages = walk.stacks.flatMap((known) =>
    Object.keys(known.stack.resources.aws_apigatewayv2_stage).map((id) => ({ known, id })),
  );
  const places = stages.map(({ known, id }) => placeOf(known.stack, `aws_apigatewayv2_stage.${id}`));
  const shared: Gauge[] =
    places.length === 0
      ? []
      : [byLimit(walk, "apigw.account.rps", { place: "account: APIs", places, meter: "request", beyond: "429" })];
  return [...stages.flatMap(({ known, id }) => readThrottle(known, id)), ...shared, ...walkDistributions(walk)];
}

function readThrottle(known: KnownStack, id: string): Gauge[] {
  const address = `aws_apigatewayv2_stage.${id}`;
  const rate = known.stack.resources.aws_apigatewayv2_stage[id]?.default_route_settings?.throttling_rate_limit;
  if (rate === undefined) return [];
  const { most, ...setting } = bySetting(known, address);
  return [
    {
      limit: "apigw.stage.rate",
      place: placeOf(known.stack, address),
      meter: "request",
      perSecond: rate,
      ...setting,
      ...(most === undefined ? {} : { mostPerSecond: most }),
      words: `${formatNumber(rate)} ${getLimit("apigw.stage.rate").unit}`,
      beyond: "429",
    },
  ];
}

function walkDistributions(walk: Walk): Gauge[] {
  return walk.stacks.flatMap(({ stack }) =>
    Object.keys(stack.resources.aws_cloudfront_distribution).flatMap((id) => {
      const place = placeOf(stack, `aws_cloudfront_distribution.${id}`);
      return [
        byLimit(walk, "cf.rps", { place, meter: "request", beyond: "refused" }),
        byLimit(walk, "cf.bytes", { place, meter: "byte", beyond: "slower" }),
      ];
    }),
  );
}
