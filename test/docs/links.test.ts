import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DOCUMENTS, ROOT, read } from './documents';

interface Link {
  readonly file: string;
  readonly anchor?: string;
}

/** Links to files of the project, and to headings in them. */
function localLinks(document: string): Link[] {
  return [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, target, anchor]) => ({
    file: target ? relative(ROOT, join(ROOT, dirname(document), target)) : document,
    anchor,
  }));
}

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (document: string) =>
  [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(DOCUMENTS)('%s links to what exists', document => {
  const missing = localLinks(document).filter(
    ({ file, anchor }) => !existsSync(join(ROOT, file)) || (anchor && !anchorsOf(file).includes(anchor)),
  );

  expect(missing).toEqual([]);
});
