/** Text in bytes, as a file or an object in Amazon S3 holds it. Throws where it is no UTF-8; a BOM goes. */
export function utf8(bytes: Uint8Array, what: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${what} must be UTF-8, ${where} is not: save it as UTF-8, with or without a BOM`);
  }
}
