import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOCUMENTS, ROOT, read } from './documents';

/** Targets of links to other files of the project. */
function localLinks(document: string): string[] {
  return [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target);
}

test.each(DOCUMENTS)('%s links to what exists', document => {
  const missing = localLinks(document).filter(target => !existsSync(join(ROOT, dirname(document), target)));

  expect(missing).toEqual([]);
});
