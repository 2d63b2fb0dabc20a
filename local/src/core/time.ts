/** Times in answers. */

/** A date. Each protocol writes it in its own form. */
export const date = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

/** A date as text, for services without dates. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();
