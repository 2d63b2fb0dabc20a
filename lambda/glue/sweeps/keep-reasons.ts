/** Why a schema version stays, whatever the rules say. */
export const VersionKept = {
  /** Version 1, which only goes with its schema. */
  FIRST: 'FIRST_VERSION',
  CHECKPOINT: 'CHECKPOINT',
  /** The newest one that can be used. */
  LATEST: 'LATEST_AVAILABLE',
  /** A stack owns it. */
  OWNED: 'OWNED',
  /** It has a protecting pair of metadata. */
  METADATA: 'PROTECTED_METADATA',
  /** The registry has not deleted it. */
  REFUSED: 'REFUSED_BY_REGISTRY',
} as const;
