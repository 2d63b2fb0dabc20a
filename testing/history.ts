import { type CloudFormationView, type HeldResource } from '../lambda/runtime/stack';
import { type StackEvent, type StackResourceState } from '../lambda/runtime/stack-history';

/** What CloudFormation remembers of a stack, and shows. */
export class RecordedHistory implements CloudFormationView {
  /** Newest first. */
  readonly entries: StackEvent[] = [];
  /** Resources of the stack that the handlers do not serve. */
  readonly others: HeldResource[] = [];
  /** What is answered about other stacks, by their ids: a status, or an error. */
  readonly neighbors = new Map<string, string | Error>();
  private readonly states = new Map<string, StackResourceState>();

  constructor(
    private readonly stackId: string,
    private current: string,
    private readonly now: () => number,
  ) {
    this.note({ logicalId: this.stackId.split('/')[1], physicalId: stackId, status: current });
  }

  get status(): string {
    return this.current;
  }

  set status(status: string) {
    if (status === this.current) return;
    const ended = this.current.replace(/_COMPLETE_CLEANUP_IN_PROGRESS$|_IN_PROGRESS$/, '_COMPLETE');
    const goesOn = /ROLLBACK_|CLEANUP/.test(status) || this.current.startsWith('DELETE_');
    // the end of one operation and the begin of the next one are two entries.
    if (this.current.endsWith('_IN_PROGRESS') && (!goesOn || this.current.includes('ROLLBACK'))) this.enter(ended);
    this.enter(status);
  }

  /** Adds an entry as it is, without the end of an earlier operation. */
  enter(status: string): void {
    this.current = status;
    this.note({ logicalId: this.stackId.split('/')[1], physicalId: this.stackId, status });
  }

  /** Records what happens to a resource. */
  resource(logicalId: string, status: string, physicalId?: string, properties?: object): void {
    const changedAt = this.note({
      logicalId,
      status,
      physicalId,
      properties: properties && JSON.stringify(properties),
    });
    const before = this.states.get(logicalId);
    // the resource does not show the clean-up of a replacement.
    if (status.startsWith('DELETE') && before?.physicalId && before.physicalId !== physicalId) return;
    this.states.set(logicalId, { status, physicalId, changedAt });
  }

  async describeStack(stackId: string) {
    const status = stackId === this.stackId ? this.current : this.neighbors.get(stackId);
    if (typeof status === 'string') return { status };
    throw status ?? new Error(`no such stack: ${stackId}`);
  }

  async describeResource(_stackId: string, logicalId: string) {
    return this.states.get(logicalId);
  }

  async *events() {
    yield* [...this.entries];
  }

  async *resources() {
    yield* [...this.others];
  }

  private note(entry: Omit<StackEvent, 'changedAt'>): number {
    const changedAt = this.now();
    this.entries.unshift({ ...entry, changedAt });
    return changedAt;
  }
}
