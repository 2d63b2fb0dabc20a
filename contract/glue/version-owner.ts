/**
 * The metadata in which a schema version remembers whose it is: the registry has no tags on versions. One pair holds
 * everything, so that ownership changes with one write.
 */

/** Every metadata key that this library writes starts so. */
export const METADATA_KEY_PREFIX = 'cdk-versioned-artifacts.';

/** The key of the owner's record. */
export const OWNER_KEY = `${METADATA_KEY_PREFIX}owner`;
