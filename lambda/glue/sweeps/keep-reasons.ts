/** Why a schema version stays, whatever the rules say. */
export const VersionKept = {
  /** Version 1, which is only deleted with its schema. */
  FIRST: 'FIRST_VERSION',
  CHECKPOINT: 'CHECKPOINT',
  /** The newest version that is available. */
  LATEST: 'LATEST_AVAILABLE',
  /** A stack owns it. */
  OWNED: 'OWNED',
  /** It has a protecting pair of metadata. */
  METADATA: 'PROTECTED_METADATA',
  /** The registry has not deleted it. */
  REFUSED: 'REFUSED_BY_REGISTRY',
} as const;
