/** What a user can mend: shown without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Says of an error what to do about it, where that is known. */
export function explained(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { name = 'Error', message = String(error), code } = Object(error) as NodeJS.ErrnoException;
  const advice = adviceOn(name, message, code);
  return advice ? `${message}\n${advice}` : `${name}: ${message}`;
}

function adviceOn(name: string, message: string, code: string | undefined): string | undefined {
  if (name === 'CredentialsProviderError' || /could not load credentials/i.test(message)) {
    return 'There are no credentials: sign in (aws sso login), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  }
  if (/region is missing/i.test(message)) {
    return 'There is no region: set AWS_REGION, or give the profile one. It must be the region of the stack.';
  }
  if (/ExpiredToken|RequestExpired/.test(name)) return 'The credentials have expired: sign in again.';
  if (
    /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException)$/.test(name)
  ) {
    return 'AWS does not know these credentials: check AWS_PROFILE, or sign in again.';
  }
  if (/^AccessDenied|NotAuthorized|Forbidden/.test(name)) {
    return 'The credentials may not do this: the guide to the command line lists the permissions that each command needs.';
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    return 'Nobody answers there: check the network, and AWS_ENDPOINT_URL where it is set.';
  }
  return undefined;
}
