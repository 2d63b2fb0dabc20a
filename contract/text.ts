/** Text in bytes, as a file or an object in Amazon S3 has it. Throws if it is not UTF-8; removes a BOM. */
export function utf8(bytes: Uint8Array, what: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${what} must be UTF-8, got other bytes in ${where}: save it as UTF-8, with or without a BOM`);
  }
}
