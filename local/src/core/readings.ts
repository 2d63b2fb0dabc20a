/**
 * Whether what no evidence settles is as the less likely reading has it: `LOCAL_AWS_READINGS=other`. A suite that
 * passes under both leans on neither.
 */
export const isOtherReading = (): boolean => process.env.LOCAL_AWS_READINGS === 'other';
