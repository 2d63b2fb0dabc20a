/** Times in answers are text, not numbers as in the rest of the service. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();
