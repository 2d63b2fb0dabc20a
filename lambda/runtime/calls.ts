/** What calls to AWS have in common. */

/** `undefined` where a call ends with that error. */
export async function unless<T>(errorName: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return undefined;
    throw error;
  }
}

/** A whole list, page by page. */
export async function allPages<T>(
  page: (nextToken: string | undefined) => Promise<{ items: T[] | undefined; nextToken: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let nextToken: string | undefined;
  do {
    const { items, nextToken: next } = await page(nextToken);
    all.push(...(items ?? []));
    nextToken = next;
  } while (nextToken);
  return all;
}
