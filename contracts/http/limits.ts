/** A request body may not be larger (threats.md U9). */
export const MAX_BODY_BYTES = 8 * 1024;
