import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..', '..');
const SOURCE = join(ROOT, 'local', 'src');

/** Files that hold no rule of a service, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  'assembly.ts': 'brings what the CDK writes to the local AWS, by its calls',
  'index.ts': 'exports',
  'local-aws.ts': 'puts the parts together',
  'core/background.ts': 'keeps track of work',
  'core/calls.ts': 'records calls',
  'core/checked.ts': 'reads an input by its table',
  'core/credentials.ts': 'keeps keys, of which no test sees more than that they differ',
  'core/endpoint.ts': 'types',
  'core/environment.ts': 'reads environment variables of the local AWS itself',
  'core/gateway.ts': 'leads a call through the other parts',
  'core/identifier.ts': 'names what a call is about, in the log of the local AWS',
  'core/readings.ts': 'chooses among the readings',
  'core/request-log.ts': 'writes the log of the local AWS',
  'core/service.ts': 'types',
  'core/throttles.ts': 'holds calls to the quota that a test sets',
  'core/time.ts': 'makes dates',
  'services/index.ts': 'puts the services together',
  'services/cloudformation/failures.ts': 'keeps the failures that a test wants',
  'services/cloudformation/resource-types/index.ts': 'lists the resource types',
  'services/glue/json-numbers.ts': 'keeps the text of numbers that JavaScript cannot hold',
  'services/glue/protobuf/declared.ts': 'reads what a definition declares',
  'services/glue/seeding.ts': 'makes the state that a test wants',
  'services/glue/service.ts': 'puts the operations together, and describes the state',
  'services/iam/usage.ts': 'counts which statements calls have needed',
  'services/lambda/hosted.ts': 'runs a function in the process of the test, which Lambda does not',
  'services/lambda/inspection.ts': 'opens a function to a debugger, which Lambda does not',
  'services/step-functions/service.ts': 'puts the operations together',
  'wire/index.ts': 'lists the protocols',
};

interface Mark {
  readonly kind: 'documented' | 'captured' | 'unverified';
  readonly text: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .sort();

const textOf = (file: string): string => readFileSync(join(SOURCE, file), 'utf8');

/** The comments of a file, each on one line: lines that follow each other are one comment. */
function commentsOf(text: string): string[] {
  const blocks = text.match(/\/\*[^]*?\*\/|(?:^[ \t]*\/\/.*\n)+/gm) ?? [];
  return blocks.map(block =>
    block
      .split('\n')
      .map(line => line.replace(/^\s*(?:\/\*\*?|\*\/|\*|\/\/)?\s?|\s*\*\/$/g, ''))
      .join(' ')
      .replace(/\s+/g, ' '),
  );
}

/** The marks of a text, each up to the next one or to the end of its comment. */
const marksIn = (text: string): Mark[] =>
  commentsOf(text).flatMap(comment =>
    [...comment.matchAll(/\b(documented|captured|unverified)\b:? (.*?)(?=\b(?:documented|captured|unverified): |$)/g)]
      .filter(([all]) => all.startsWith('unverified') || /^(documented|captured): /.test(all))
      .map(([, kind, text]) => ({ kind: kind as Mark['kind'], text: text.trim() })),
  );

const marksOf = (file: string): Mark[] => marksIn(textOf(file));

/** The syntax of a file, with the marks in the comments before each piece of it. */
class Source {
  private readonly root: ts.SourceFile;

  constructor(private readonly file: string) {
    this.root = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest);
  }

  /** The sources that the head of the file names. Beside others, the authorization reference is for the permissions. */
  get headSources(): readonly string[] {
    return this.marksAt(this.root.statements[0])
      .filter(({ kind }) => kind !== 'unverified')
      .flatMap(({ text }) => text.split('; '))
      .filter((source, _at, all) => all.length === 1 || !source.startsWith('authorization reference'));
  }

  /** The rules that no comment within the file marks, neither at them nor at what they stand in. */
  get unmarkedRules(): readonly string[] {
    const [first, ...others] = this.root.statements;
    // the comments before the first statement are the head.
    return [...this.rulesUnder(first), ...others.flatMap(statement => this.rulesIn(statement))];
  }

  private rulesIn(node: ts.Node): string[] {
    return this.marksAt(node).length > 0 ? [] : this.rulesUnder(node);
  }

  private rulesUnder(node: ts.Node): string[] {
    // a getter is a view for tests.
    if (ts.isGetAccessor(node)) return [];
    const found = this.isRule(node) ? [this.describe(node)] : [];
    node.forEachChild(child => void found.push(...this.rulesIn(child)));
    return found;
  }

  /** Whether something is a rule by its form: an error that is made or thrown, a limit, or an order. */
  private isRule(node: ts.Node): boolean {
    if (ts.isThrowStatement(node)) {
      // what only the local AWS cannot do is no rule of a service, and says so.
      return !ts.isIdentifier(node.expression) && !/the local (AWS|CloudFormation)/i.test(node.getText(this.root));
    }
    if (ts.isNewExpression(node)) return /^(ServiceError|TaskError)$/.test(node.expression.getText(this.root));
    if (ts.isCallExpression(node)) return /\.(sort|toSorted)$/.test(node.expression.getText(this.root));
    return this.root.statements.some(it => it === node) && NUMBER.test(node.getText(this.root));
  }

  private describe(node: ts.Node): string {
    const { line } = this.root.getLineAndCharacterOfPosition(node.getStart(this.root));
    return `local/src/${this.file}:${line + 1}: ${node.getText(this.root).split('\n')[0]}`;
  }

  private marksAt(node: ts.Node): readonly Mark[] {
    const { text } = this.root;
    const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
    return marksIn(comments.map(({ pos, end }) => `${text.slice(pos, end)}\n`).join(''));
  }
}

/** The declaration of a number, except of a unit of time. */
const NUMBER = /^(export )?const (?!(?:SECOND|MINUTE|HOUR|DAY)S?\b)\w+ = [\d_.]+( \* [\d_.]+)*;$/;

const page = readFileSync(join(ROOT, 'docs', 'local-aws.md'), 'utf8');
/** The names that docs/local-aws.md has for sources: `documented` or `captured`, then the name. */
const sources = [...page.matchAll(/^\| (documented|captured) +\| `([^`]+)`/gm)].map(([, kind, name]) => ({
  kind,
  name,
}));

test('every file says where its rules come from, or why it has none', () => {
  const silent = files.filter(file => marksOf(file).length === 0);
  expect(silent).toEqual(Object.keys(EXEMPT).sort());
});

test('each rule is of the one source that the head of its file names, or has a mark of its own', () => {
  const open = files
    .filter(file => !(file in EXEMPT))
    .map(file => new Source(file))
    .filter(source => source.headSources.length !== 1)
    .flatMap(source => source.unmarkedRules);
  expect(open).toEqual([]);
});

test('a source has a name that docs/local-aws.md explains', () => {
  expect(sources).not.toEqual([]);
  const unknown = files.flatMap(file =>
    marksOf(file)
      .filter(({ kind }) => kind !== 'unverified')
      .flatMap(({ kind, text }) =>
        text
          .split('; ')
          .filter(part => !sources.some(source => source.kind === kind && part.startsWith(source.name)))
          .map(part => `${file}: ${kind}: ${part}`),
      ),
  );
  expect(unknown).toEqual([]);
});

test('docs/local-aws.md explains no source that no file has', () => {
  const marks = files.flatMap(marksOf);
  const unused = sources.filter(
    ({ kind, name }) =>
      !marks.some(mark => mark.kind === kind && mark.text.split('; ').some(it => it.startsWith(name))),
  );
  expect(unused).toEqual([]);
});

test('what is unverified says what', () => {
  const empty = files.filter(file => marksOf(file).some(({ kind, text }) => kind === 'unverified' && text.length < 8));
  expect(empty).toEqual([]);
});
