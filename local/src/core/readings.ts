/**
 * How the local AWS does what no evidence settles: as the likelier reading has it, or as the other one. A suite that
 * passes under both leans on neither.
 */
export type Readings = 'likely' | 'other';

/** What `LOCAL_AWS_READINGS` says. */
export function readingsOfEnvironment(): Readings {
  const said = process.env.LOCAL_AWS_READINGS ?? '';
  if (said === '' || said === 'likely' || said === 'other') return said || 'likely';
  throw new Error(`LOCAL_AWS_READINGS must be likely or other, got ${said}`);
}
