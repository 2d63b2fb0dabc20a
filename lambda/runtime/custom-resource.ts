import { type Shape } from '../../contract/shape';
import { type Clock, type Deadline } from './clock';
import { type CurrentOperation } from './current-operation';
import { type EventMark, type Request } from './event';
import { type Log } from './log';
import { type SoughtResource, type StackQuestions, type StackState } from './stack';
import { type StackResourceState } from './stack-history';

/** The resource of an event, and the environment in which it is handled. */
export interface Scope extends StackQuestions {
  /** The stack's id. */
  readonly stackId: string;
  readonly logicalId: string;
  /** What the resource has before the event. Absent in a Create. */
  readonly physicalId?: string;
  /**
   * A hash of RequestId and ResponseURL, because CloudFormation reuses a RequestId when a deployment is retried; 64
   * characters.
   */
  readonly eventToken: string;
  /** When to stop and answer. */
  readonly deadline: Deadline;
  /** When CloudFormation stops waiting. */
  readonly abandonedAt: number;
  readonly request: Request;
  readonly clock: Clock;
  readonly log: Log;
  /** The mark of the event on what it writes. */
  readonly mark: EventMark;
  /** Tells whether the event is still the resource's operation. */
  readonly operation: CurrentOperation;
  /** Answers questions about another stack. */
  ofStack(stackId: string, logicalId?: string): StackQuestions;
  describeStack(stackId: string): Promise<StackState>;
  /** The logical id of a resource of another type by which the stack manages something. */
  holderOf(sought: SoughtResource): Promise<string | undefined>;
}

/** A successful answer to Create or Update. */
export interface Answer {
  readonly physicalResourceId: string;
  /** What GetAtt returns. Every answer must have every key: a missing key fails the stack. */
  readonly data: Readonly<Record<string, string>>;
  /** Whether CloudFormation masks the data. Absent: false. */
  readonly noEcho?: boolean;
}

/** Instead of an answer: another function continues with the event and answers it. */
export interface HandedOver {
  /** What continues, for the log. */
  readonly handedOverTo: string;
}

/** One resource type of a provider. Handlers keep no state between calls. */
export interface ResourceHandler<P> {
  /**
   * Whether a Create writes nothing: a failed Create then leaves nothing that a Delete must look for. Absent: false.
   */
  readonly createOnlyReads?: boolean;
  /**
   * Reads the properties. Accepts older formats, because a Delete can come from a stack that an older version deployed.
   * Its rules are checked before the first call, but not in Delete.
   */
  readonly shape: Shape<P>;
  /**
   * The id that a Create of these properties returns, known before anything is written: a failed Create returns the
   * same id. A successful Create can append what only the service knows.
   */
  physicalResourceId(properties: P, scope: Scope): string;
  create(properties: P, scope: Scope): Promise<Answer | HandedOver>;
  /**
   * A different physical id in the answer is a replacement: CloudFormation then deletes the old resource in its
   * clean-up.
   */
  update(
    properties: P,
    physicalResourceId: string,
    scope: Scope,
    previous: P | undefined,
  ): Promise<Answer | HandedOver>;
  delete(properties: P, physicalResourceId: string, scope: Scope): Promise<HandedOver | void>;
}

/** What a slice tells CloudFormation. The physical id is that of the event. */
export type SliceAnswer =
  ({ readonly status: 'SUCCESS' } & Pick<Answer, 'data'>) | { readonly status: 'FAILED'; readonly message: string };

/** The environment in which a slice of a sweep works. */
export interface SliceScope {
  readonly clock: Clock;
  /** When the slice must stop because Lambda's time ends. */
  readonly deadline: Deadline;
  /** When CloudFormation stops waiting; absent if it does not wait. */
  readonly abandonedAt: number | undefined;
  readonly log: Log;
  /** Aborts when the slice has returned. */
  readonly ended: AbortSignal;
  describeStack(stackId: string): Promise<StackState>;
  ofStack(stackId: string, logicalId?: string): StackQuestions;
  /** Tells whether the operation that CloudFormation waits for is still current; absent if it does not wait. */
  readonly operation: CurrentOperation | undefined;
  /** What the stack shows of one of its own resources. */
  describeResource(stackId: string, logicalId: string): Promise<StackResourceState | undefined>;
  /** Answers the event that CloudFormation waits for. */
  answer(answer: SliceAnswer): Promise<void>;
}
