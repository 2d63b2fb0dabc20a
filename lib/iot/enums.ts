/** The state that a package version shall have. A version never returns to draft. */
export enum PackageVersionStatus {
  /** Everything of it can change; no job can deploy it, and it cannot be the default. */
  DRAFT = 'DRAFT',

  /** Jobs can deploy it. Its attributes and its artifact are frozen from now on. */
  PUBLISHED = 'PUBLISHED',

  /** Superseded. Jobs can still deploy it, and it can be published again. */
  DEPRECATED = 'DEPRECATED',
}

/** What becomes of a version when its construct goes. A failed deployment is undone whatever is set here. */
export enum VersionRemoval {
  /** It is deleted. */
  DELETE = 'DELETE',

  /** It stays, deprecated, and no longer belongs to the stack. A draft stays a draft. */
  DEPRECATE = 'DEPRECATE',

  /** It stays as it is, and no longer belongs to the stack. */
  RETAIN = 'RETAIN',
}
