import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Survivors that stay, with the reason. */
export interface Known {
  readonly point: RegExp;
  readonly why: string;
}

/** What was walked of an operation. */
export interface Walk {
  readonly calls: number;
  /** All of them, also if only a sample was walked. */
  readonly points: number;
  /** The points at which it did not end as it must, and how it ended. */
  readonly survivors: readonly string[];
}

interface Row {
  readonly type: string;
  readonly operation: string;
  readonly calls: number;
  readonly points: number;
  readonly survivors: number;
}

/** The table of `docs/faults.md`. */
export function documented(): Row[] {
  const lines = readFileSync(path.join(__dirname, '../../docs/faults.md'), 'utf8').split('\n');
  const cells = lines
    .filter(line => /^\| .*(\| +\d+ ){3}\|$/.test(line))
    .map(line => line.split('|').map(each => each.trim()));
  return cells.map(([, type, operation, ...numbers]) => {
    const [calls, points, survivors] = numbers.map(Number);
    return { type: type.replaceAll('`', ''), operation, calls, points, survivors };
  });
}

/** The rows of a resource type in the table of `docs/faults.md`. */
export class Report {
  constructor(
    private readonly type: string,
    private readonly known: readonly Known[],
    private readonly prints: boolean,
  ) {}

  /**
   * Prints the row of an operation, if it is to. Fails where something survives that nobody has explained, and where the
   * documentation has another row.
   */
  add(operation: string, walk: Walk): void {
    if (this.prints) this.print(operation, walk);
    const { calls, points, survivors } = walk;
    const row = { type: this.type, operation, calls, points, ...(this.prints && { survivors: survivors.length }) };
    const isKnown = (survivor: string) => this.known.some(({ point }) => point.test(survivor));
    expect(survivors.filter(each => !isKnown(each))).toEqual([]);
    expect(documented()).toContainEqual(expect.objectContaining(row));
  }

  private print(operation: string, { calls, points, survivors }: Walk): void {
    const row = [typeInWords(this.type), operation, calls, points, survivors.length].join(' | ');
    process.stdout.write([`| ${row} |`, ...survivors, ''].join('\n'));
  }
}

/** A type is code, what follows it is not. */
const typeInWords = (type: string) => type.replace(/^[^,]+/, '`$&`');
