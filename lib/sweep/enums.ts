/** How versions are ranked, the best first. */
export enum VersionOrder {
  /** By the precedence of Semantic Versioning. Names that are no such versions come last, the newest of them first. */
  SEMVER = 'SEMVER',

  /** By creation, the newest first. */
  CREATION = 'CREATION',
}

/** What becomes of a deployment or deletion whose hour ends before its sweep does. What was removed stays removed. */
export enum OnIncomplete {
  /** It fails, and says how much is left. */
  FAIL = 'FAIL',

  /** It goes on. The provider's log says how much is left, and so does `remainingCount`. */
  WARN = 'WARN',
}
