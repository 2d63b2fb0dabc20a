/**
 * The metrics that handlers write and constructs offer.
 */

/** Namespace of every metric of this library. */
export const METRIC_NAMESPACE = 'CdkVersionedArtifacts';

/** The dimension of a metric that counts for a whole stack. */
export const STACK_DIMENSION = 'StackName';

export const MetricName = {
  /** Something was left alone that the template wanted changed or gone. */
  REFUSED: 'Refused',
} as const;
