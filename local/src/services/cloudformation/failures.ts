/** A failure that a test wants, the next time that the resource is created, updated or deleted. */
export interface WantedFailure {
  readonly logicalId: string;
  readonly on: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The reason in the resource's event. */
  readonly message?: string;
  /** How many times in a row. Absent: once. */
  readonly times?: number;
  /** Absent: in any stack. */
  readonly stackName?: string;
}

/** The failures that tests want. Each stays until it has happened. */
export class WantedFailures {
  private wanted: { failure: WantedFailure; left: number }[] = [];

  add(failure: WantedFailure): void {
    this.wanted.push({ failure, left: failure.times ?? 1 });
  }

  /** Throws if this step must fail. The resource itself hears nothing of it. */
  check(stackName: string, logicalId: string, on: WantedFailure['on']): void {
    const entry = this.wanted.find(
      ({ failure }) =>
        failure.logicalId === logicalId && failure.on === on && (failure.stackName ?? stackName) === stackName,
    );
    if (!entry) return;
    entry.left -= 1;
    if (entry.left <= 0) this.wanted = this.wanted.filter(other => other !== entry);
    throw new Error(entry.failure.message ?? `${logicalId} was told to fail on ${on}`);
  }
}
