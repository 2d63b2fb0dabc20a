/** What becomes of a run in which the registry did not delete some version. */
export enum OnVersionError {
  /** It fails when everything else is done, and names the version. */
  FAIL = 'FAIL',

  /** It goes on. The log warns and names the version, which counts as kept. */
  WARN = 'WARN',
}
