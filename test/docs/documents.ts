import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bin as own } from '../../cli/package.json';

export const ROOT = join(__dirname, '..', '..');

/** The documents that people write; API.md is generated. */
export const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'local/README.md', 'cli/README.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
];

export const read = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** Whether npx finds a program. npm links the repository's own only where it was built before it was installed. */
export const isProgram = (name: string) => name in own || existsSync(join(ROOT, 'node_modules', '.bin', name));

/** A block of code in a document. */
export interface Snippet {
  readonly document: string;
  /** The heading that it stands under. */
  readonly heading: string;
  readonly language: string;
  readonly code: string;
}

/** The blocks of code of all documents, in their order. */
export const SNIPPETS: readonly Snippet[] = DOCUMENTS.flatMap(snippetsOf);

export const nameOf = ({ document, heading }: Snippet) => `${document}, ${heading}`;

/** The snippets in a language under a heading. */
export function snippets(language: string, document: string, heading: string): Snippet[] {
  const found = SNIPPETS.filter(
    snippet => snippet.language === language && snippet.document === document && snippet.heading === heading,
  );
  if (found.length === 0) throw new Error(`${document} has no snippet in ${language} under "${heading}"`);
  return found;
}

function snippetsOf(document: string): Snippet[] {
  const found: Snippet[] = [];
  let heading = '';
  for (const [, title, language, code] of read(document).matchAll(/^(?:#+ ([^\n]+)|```(\w*)\n(.*?)^```)$/gms)) {
    if (title) heading = title.replaceAll('`', '');
    else found.push({ document, heading, language, code });
  }
  return found;
}
