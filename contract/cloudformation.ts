/**
 * What constructs and handlers agree on for every custom resource of this library.
 */
import { type Infer, boolean, oneOf, optional, string, struct, withDefault } from './shape';

/** CloudFormation's own limits of the custom resource contract. */
export const CloudFormationLimits = {
  /** Bytes of a whole response object. */
  RESPONSE_BYTES: 4096,
  /** Bytes of a physical resource id. */
  PHYSICAL_ID_BYTES: 1024,
  /** Longest time, in seconds, that CloudFormation waits for an answer. */
  MAX_SERVICE_TIMEOUT_SECONDS: 3600,
  /** How long, in seconds, the presigned URL of a response is valid. */
  RESPONSE_URL_SECONDS: 7200,
} as const;

/** What happens to an artifact when its construct is removed. Absent means the artifact's documented default. */
export const RemovalShape = oneOf('DELETE', 'DEPRECATE', 'RETAIN');
export type Removal = Infer<typeof RemovalShape>;

/** A tag as CloudFormation writes it. CloudFormation drops an empty value. */
export const tagShape = (key = string(), value = string()) => struct({ Key: key, Value: withDefault(value, '') });
export type TagProperty = Infer<ReturnType<typeof tagShape>>;

/** No handler reads it: a change makes CloudFormation apply the resource again. */
export const Salt = optional(string());

/**
 * Properties that every artifact has. Absent means the default, so that a new property never changes a deployed stack.
 */
export const artifactFields = {
  /** Whether to take over an existing artifact that is not this stack's. Absent: false. */
  AdoptExisting: optional(boolean),
  Salt,
};

/** Namespace of every metric of this library. */
export const METRIC_NAMESPACE = 'CdkVersionedArtifacts';

/** The dimension of a metric that counts for a whole stack. */
export const STACK_DIMENSION = 'StackName';

export const MetricName = {
  /** The handler left alone what the template wanted changed or removed. */
  REFUSED: 'Refused',
} as const;
