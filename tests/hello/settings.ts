import * as z from "zod";

export const helloSettings = z.strictObject({ requestsPerSecond: z.int().min(1).max(100).default(10) });
export type HelloSettings = z.output<typeof helloSettings>;
