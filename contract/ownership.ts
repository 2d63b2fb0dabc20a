/**
 * The tags that record the owner of an artifact. The handlers make owner ids; the constructs only need to know how many
 * tags are reserved, and that nobody else can use the prefix.
 */

/** Every tag that this library writes starts with this. */
export const TAG_PREFIX = 'cdk-versioned-artifacts:';

/** The tags that one ownership takes: of an artifact, or (with the infix `default-`) of a package's default pointer. */
export function ownershipTags(infix = '') {
  const key = (name: string) => `${TAG_PREFIX}${infix}${name}`;
  return {
    /** Owner id: a hash of the stack and logical id that the artifact belongs to. */
    owner: key('owner'),
    /** StackId of the owner: tells a rename within the stack from another stack, and names the owner in messages. */
    stack: key('stack'),
    /**
     * Owner id of a resource of the same stack that had the artifact before a rename, until CloudFormation sends the
     * Delete for that resource. If its own deployment had not succeeded, with the time of its claim, and with the owner
     * before it: `<owner id>+<time>/<owner id>`. `/` at the end: others had it, too.
     */
    formerOwner: key('former-owner'),
    /**
     * Set if the artifact existed before and was adopted: `<owner id>@<StackId>` of its former owner, or `-`. `+` after the
     * owner id: that one had adopted it, too; `++` or `+++`: from the resource that has adopted it back.
     */
    adoptedFrom: key('adopted-from'),
    /**
     * The beginning of a key for each claimant, by owner id, as long as the artifact is owned. Its value names the
     * event that made the claim, and the stack: an older event is recognized by it, and two claimants see each other.
     */
    claim: key('claim-'),
    /**
     * Who gave the artifact up under RETAIN or DEPRECATE: a hash of stack name and logical id. The same name and
     * logical id can have the artifact again.
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
  /** The state of a version before its owner took it: a rollback that gives the version back restores this state. */
  formerStatus: `${TAG_PREFIX}former-status`,
} as const;

/** Ownership of a package's default pointer, recorded on the package beside the package's own ownership. */
export const DEFAULT_POINTER_TAGS = {
  ...ownershipTags('default-'),
  /**
   * The version that the owner designated: if the pointer shows another version, somebody has moved the pointer by
   * hand.
   */
  version: `${TAG_PREFIX}default-version`,
  /** The version that was designated before, which a rollback of the designation restores. Absent: none. */
  predecessor: `${TAG_PREFIX}default-predecessor`,
  /**
   * The version that the owner had designated in the last deployment that succeeded: it becomes the default again if
   * the next one fails.
   */
  formerVersion: `${TAG_PREFIX}default-former-version`,
} as const;

/** Tags that AWS allows on one resource. */
export const MAX_TAGS = 50;

/** Claims beside the owner's: those of former owners. */
const OTHER_CLAIMS = 1;

/** Tags left to the user on a package version. */
export const MAX_USER_TAGS_ON_VERSION = MAX_TAGS - Object.keys(VERSION_TAGS).length - OTHER_CLAIMS;

/** Tags left to the user on a package, which also remembers who designated its default. */
export const MAX_USER_TAGS_ON_PACKAGE =
  MAX_TAGS - Object.keys(ARTIFACT_TAGS).length - Object.keys(DEFAULT_POINTER_TAGS).length - 2 * OTHER_CLAIMS;

// a schema version has no tags: one pair of metadata holds the whole record, so that one write changes the ownership.

/** Every metadata key that this library writes starts with this. */
export const METADATA_KEY_PREFIX = 'cdk-versioned-artifacts.';

/** The key of the owner's record. */
export const OWNER_KEY = `${METADATA_KEY_PREFIX}owner`;
