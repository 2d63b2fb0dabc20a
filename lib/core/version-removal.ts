/** What becomes of a version when its construct goes. A failed deployment is undone whatever is set here. */
export enum VersionRemoval {
  /** It is deleted. */
  DELETE = 'DELETE',

  /** It stays, deprecated, and no longer belongs to the stack. A draft stays a draft. Not for schema versions. */
  DEPRECATE = 'DEPRECATE',

  /** It stays as it is, and no longer belongs to the stack. */
  RETAIN = 'RETAIN',
}
