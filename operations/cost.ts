import type { Command } from "./support/command-line.ts";
export const cost: Command = async () => {};
