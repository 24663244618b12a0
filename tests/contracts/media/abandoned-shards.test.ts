import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ABANDONED_SHARDS, findShard, formatOpenStatus } from "../../../contracts/media/abandoned-shards.ts";

describe("the shards of the index of abandoned jobs", () => {
  it("share out job ids evenly: none gets a tenth more than its part of a hundred thousand", () => {
    const ids = 100_000;
    const counts = Array<number>(ABANDONED_SHARDS).fill(0);
    for (let id = 0; id < ids; id += 1) {
      const shard = findShard(randomUUID());
      counts[shard] = (counts[shard] ?? 0) + 1;
    }

    expect(counts).toHaveLength(ABANDONED_SHARDS);
    expect(Math.max(...counts)).toBeLessThan((1.1 * ids) / ABANDONED_SHARDS);
    expect(Math.min(...counts)).toBeGreaterThan((0.9 * ids) / ABANDONED_SHARDS);
  });

  it("are the same for the same id for ever: rows in the table hold them", () => {
    expect(findShard("3f2c1d4e-0000-4000-8000-000000000000")).toBe(findShard("3f2c1d4e-0000-4000-8000-000000000000"));
    expect([findShard(""), findShard("a"), findShard("foobar")]).toEqual(
      [0x811c9dc5, 0xe40c292c, 0xbf9cf968].map((it) => it % 32),
    );
  });

  it("stand in the row by a number that settle can count through", () => {
    expect(formatOpenStatus(7)).toBe("PENDING#7");
  });
});
