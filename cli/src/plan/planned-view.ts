/** CloudFormation as it would answer the handlers in the midst of the deployment that is planned. */
import { type CloudFormationView, type HeldResource } from '../../../lambda/runtime/stack';
import { type StackEvent, type StackResourceState } from '../../../lambda/runtime/stack-history';

/** What a stack is doing, as the plan goes on. */
export type Stage = 'deploying' | 'cleaning-up' | 'deployed' | 'deleting';

interface PlannedStack {
  readonly exists: boolean;
  readonly parentId?: string;
  stage: Stage;
  /** Newest first. */
  readonly entries: StackEvent[];
}

/** A resource whose operation is rehearsed. */
export interface RehearsedOperation {
  readonly stackId: string;
  readonly logicalId: string;
  readonly status: string;
  readonly physicalId?: string;
  readonly at: number;
  /** JSON. */
  readonly properties?: string;
}

export class PlannedView implements CloudFormationView {
  private readonly stacks = new Map<string, PlannedStack>();
  private current?: RehearsedOperation;

  /** @param real asked about what is deployed */
  constructor(
    private readonly real: CloudFormationView,
    private readonly now: () => number,
  ) {}

  begin(stackId: string, { exists, parentId }: Pick<PlannedStack, 'exists' | 'parentId'>): void {
    this.stacks.set(stackId, { exists, parentId, stage: 'deploying', entries: [] });
    this.enter(stackId, 'deploying');
  }

  enter(stackId: string, stage: Stage): void {
    const stack = this.stacks.get(stackId)!;
    stack.stage = stage;
    const [, name] = stackId.split('/');
    stack.entries.unshift({ logicalId: name, physicalId: stackId, status: statusOf(stack), changedAt: this.now() });
  }

  operate(operation: RehearsedOperation): void {
    this.current = operation;
    this.note(operation, operation.status, operation.physicalId);
  }

  ended(status: string, physicalId: string | undefined): void {
    if (this.current) this.note(this.current, status, physicalId);
    this.current = undefined;
  }

  private note({ stackId, logicalId, at, properties }: RehearsedOperation, status: string, physicalId?: string): void {
    this.stacks.get(stackId)!.entries.unshift({ logicalId, status, physicalId, changedAt: at, properties });
  }

  async describeStack(stackId: string) {
    const stack = this.stacks.get(stackId);
    return stack ? { status: statusOf(stack), parentId: stack.parentId } : this.real.describeStack(stackId);
  }

  async describeResource(stackId: string, logicalId: string): Promise<StackResourceState | undefined> {
    const { current } = this;
    if (current?.stackId === stackId && current.logicalId === logicalId) return { ...current, changedAt: current.at };
    return this.isMadeUp(stackId) ? undefined : this.real.describeResource(stackId, logicalId);
  }

  async *events(stackId: string): AsyncGenerator<StackEvent> {
    yield* this.stacks.get(stackId)?.entries ?? [];
    if (!this.isMadeUp(stackId)) yield* this.real.events(stackId);
  }

  async *resources(stackId: string): AsyncGenerator<HeldResource> {
    if (!this.isMadeUp(stackId)) yield* this.real.resources(stackId);
  }

  private isMadeUp(stackId: string): boolean {
    return this.stacks.get(stackId)?.exists === false;
  }
}

function statusOf({ exists, stage }: PlannedStack): string {
  const operation = exists ? 'UPDATE' : 'CREATE';
  switch (stage) {
    case 'deploying':
      return `${operation}_IN_PROGRESS`;
    case 'cleaning-up':
      return 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    case 'deployed':
      return `${operation}_COMPLETE`;
    case 'deleting':
      return 'DELETE_IN_PROGRESS';
  }
}
