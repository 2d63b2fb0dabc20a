const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

const SECRET_KEY =
  /^(response_?url|authorization|passwords?|secrets?|secret_?string|credentials?|secret_?access_?key|(?:.*_)?(?:access|session|security|refresh|id)_?token|token)$/i;

// presigned URLs (of S3, in both signature versions) and URLs with a token in the query: the query is the secret.
const SECRET_URL = /(https?:\/\/[^\s"'?]+)\?[^\s"']*(?:signature|token|credential|accesskeyid)=[^\s"']*/gi;

/** Takes out of a text what lets its reader act as somebody else. */
export function redactText(text: string): string {
  return text.replace(SECRET_URL, `$1?${REDACTED}`);
}

/** A copy for the log that `JSON.stringify` can write: secrets taken out, errors and what JSON lacks made readable. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  // also what ends a structure that contains itself.
  if (depth === MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) {
    // none of the three is enumerable.
    return redact(Object.assign({ ...value }, { name: value.name, message: value.message, stack: value.stack }), depth);
  }
  if (Array.isArray(value)) return value.map(item => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? REDACTED : redact(item, depth + 1)]),
  );
}
