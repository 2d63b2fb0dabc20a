/**
 * The tags in which an artifact remembers whose it is. Owner ids are made by the handlers; constructs only need to
 * know how many tags are spoken for, and that nobody else may use the prefix.
 */

/** Every tag that this library writes starts so. */
export const TAG_PREFIX = 'cdk-versioned-artifacts:';

/** The tags that one ownership takes: of an artifact, or (with the infix `default-`) of a package's default pointer. */
export function ownershipTags(infix = '') {
  const key = (name: string) => `${TAG_PREFIX}${infix}${name}`;
  return {
    /** Owner id: the stack and logical id that the artifact belongs to. */
    owner: key('owner'),
    /** StackId of the owner: tells a rename within the stack from a stranger, and names the owner in messages. */
    stack: key('stack'),
    /** Owner id of a resource of the same stack that had the artifact before a rename, until its Delete has come. */
    formerOwner: key('former-owner'),
    /**
     * Set where the artifact existed before and was adopted: `<owner id>@<StackId>` of whom it was taken from, or `-`.
     */
    adoptedFrom: key('adopted-from'),
    /**
     * The beginning of a key for each claimant, by owner id, as long as the artifact is owned. Its value tells which
     * event has claimed it, and of which stack: so an older event is known for one, and two claimants see each other.
     */
    claim: key('claim-'),
    /**
     * Who gave the artifact up under RETAIN or DEPRECATE: a hash of stack name and logical id, which may have it back.
     */
    releasedBy: key('released-by'),
  } as const;
}

export type OwnershipTags = ReturnType<typeof ownershipTags>;

/** Ownership of an artifact itself. */
export const ARTIFACT_TAGS = ownershipTags();

/** Ownership of a package version. */
export const VERSION_TAGS = {
  ...ARTIFACT_TAGS,
  /** The state in which the owner found a version that he took: given back in a rollback, it has it again. */
  formerStatus: `${TAG_PREFIX}former-status`,
} as const;

/** Ownership of a package's default pointer, kept on the package beside its own. */
export const DEFAULT_POINTER_TAGS = {
  ...ownershipTags('default-'),
  /** The version that the owner designated: where the pointer shows another one, somebody's hand has moved it. */
  version: `${TAG_PREFIX}default-version`,
  /** The version that was designated before, to be restored when the designation is rolled back. Absent: none. */
  predecessor: `${TAG_PREFIX}default-predecessor`,
  /** The version that the owner had designated when a deployment succeeded last: where that fails, it is the default again. */
  formerVersion: `${TAG_PREFIX}default-former-version`,
} as const;

/** Tags that AWS allows on one resource. */
export const MAX_TAGS = 50;

/** Claims beside the owner's: of whom an artifact was taken from. */
const OTHER_CLAIMS = 1;

/** Tags left to the user on a package version. */
export const MAX_USER_TAGS_ON_VERSION = MAX_TAGS - Object.keys(VERSION_TAGS).length - OTHER_CLAIMS;

/** Tags left to the user on a package, which also remembers who designated its default. */
export const MAX_USER_TAGS_ON_PACKAGE =
  MAX_TAGS - Object.keys(ARTIFACT_TAGS).length - Object.keys(DEFAULT_POINTER_TAGS).length - 2 * OTHER_CLAIMS;

// a schema version has no tags: one pair of metadata holds everything, so that ownership changes with one write.

/** Every metadata key that this library writes starts so. */
export const METADATA_KEY_PREFIX = 'cdk-versioned-artifacts.';

/** The key of the owner's record. */
export const OWNER_KEY = `${METADATA_KEY_PREFIX}owner`;
