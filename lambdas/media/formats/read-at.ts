/** The bytes of a file from `offset`; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;
