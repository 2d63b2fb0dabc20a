/** What the removal of a version does where the version must stay, or where WeChat refuses it. */
export enum OnRefusal {
  /** It fails, and with it the deletion of the stack. In the clean-up of an update it is only logged and counted. */
  FAIL = 'FAIL',

  /** It leaves the version where it is and succeeds. The provider's log tells why, and `metricRefused` counts it. */
  LEAVE = 'LEAVE',
}

/** How a version is looked at before it is recorded or removed. */
export enum CloudBaseVerification {
  /** By `getcsversionlist`, which belongs to an older generation of the interface than the removal. */
  LISTING = 'LISTING',

  /** Not at all. A removal whose outcome WeChat's answer does not tell fails as unknown; nothing protects traffic. */
  NONE = 'NONE',
}
