/** Survivors that stay, with the reason. */
export interface Known {
  readonly point: RegExp;
  readonly why: string;
}

/** A rollback that reads what was there before its deployment has nothing to bring back. */
export const STALE_ROLLBACK: Known = {
  point: /^stale read, .* (UPDATE_)?ROLLBACK_COMPLETE/,
  why: 'a rollback that does not see the last write of its deployment leaves it: no service documents such a delay',
};

/** What was walked of an operation. */
export interface Walk {
  readonly calls: number;
  readonly points: number;
  /** The points at which it did not end as it must, and how it ended. */
  readonly survivors: readonly string[];
}

/** The rows of a resource type in the table of `docs/faults.md`. */
export class Report {
  constructor(
    private readonly type: string,
    private readonly known: readonly Known[],
    private readonly prints: boolean,
  ) {}

  /** Prints the row of an operation, if it is to. Fails where something survives that nobody has explained. */
  add(operation: string, walk: Walk): void {
    if (this.prints) this.print(operation, walk);
    const isKnown = (survivor: string) => this.known.some(({ point }) => point.test(survivor));
    expect(walk.survivors.filter(each => !isKnown(each))).toEqual([]);
  }

  private print(operation: string, { calls, points, survivors }: Walk): void {
    const row = [`\`${this.type}\``, operation, calls, points, survivors.length].join(' | ');
    process.stdout.write([`| ${row} |`, ...survivors, ''].join('\n'));
  }
}
