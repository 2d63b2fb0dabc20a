/** Times in answers. */

/** A date, which protocols write each in their way. */
export const date = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

/** Text, where a service has no dates. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();
