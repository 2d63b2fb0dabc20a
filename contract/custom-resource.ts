/**
 * What constructs and handlers agree on for every custom resource of this library.
 */

/** CloudFormation's own limits of the custom resource contract. */
export const CloudFormationLimits = {
  /** Bytes of a whole response object. */
  RESPONSE_BYTES: 4096,
  /** Bytes of a physical resource id. */
  PHYSICAL_ID_BYTES: 1024,
  /** Longest time, in seconds, that CloudFormation waits for an answer. */
  MAX_SERVICE_TIMEOUT_SECONDS: 3600,
  /** How long, in seconds, the URL of a response is presigned for. */
  RESPONSE_URL_SECONDS: 7200,
} as const;

/** What becomes of an artifact when its construct goes. Absent means the artifact's documented default. */
export type Removal = 'DELETE' | 'DEPRECATE' | 'RETAIN';

/** A tag as CloudFormation writes it. */
export interface TagProperty {
  readonly Key: string;
  readonly Value: string;
}

/** Properties that every artifact has. Absent means the default, so that a new one never touches a deployed stack. */
export interface ArtifactProperties {
  /** Takes over an artifact that exists and is not this stack's. Absent: false. */
  readonly AdoptExisting?: boolean;
  /** Nothing reads it: a change makes CloudFormation apply the resource again. */
  readonly Salt?: string;
}

/**
 * A rule that a value breaks: what was got, what is expected and how to mend it, in one sentence without a full stop.
 * `undefined` where the value is fine.
 */
export type Problem = string | undefined;

/** A string rule: length in UTF-16 units and a pattern that the whole string must match. */
export interface StringRule {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** The pattern in words. */
  readonly allowed?: string;
}

/** Checks a string against its rule. */
export function checkString(rule: StringRule, value: string): Problem {
  if (value.length < rule.min || value.length > rule.max) {
    return `${rule.what} must have ${rule.min} to ${rule.max} characters, got ${value.length} (${quote(value)})`;
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    return `${rule.what} may only contain ${rule.allowed ?? String(rule.pattern)}, got ${quote(value)}`;
  }
  return undefined;
}

/** A value for a message: quoted, and cut where it is long. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
}
