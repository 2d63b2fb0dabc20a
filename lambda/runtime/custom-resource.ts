import { type Shape } from '../../contract/shape';
import { type Clock, type Deadline } from './clock';
import { type CurrentOperation } from './current-operation';
import { type EventMark, type Request } from './event';
import { type Log } from './log';
import { type SoughtResource, type StackQuestions, type StackResourceState, type StackState } from './stack';

/** The resource that an event speaks of, and the surroundings in which it is handled. */
export interface Scope extends StackQuestions {
  /** The stack's id. */
  readonly stackId: string;
  readonly logicalId: string;
  /** Made of RequestId and ResponseURL, since CloudFormation reuses a RequestId when a deployment is retried; 64 characters. */
  readonly clientToken: string;
  /** When to stop working and answer. */
  readonly deadline: Deadline;
  /** When CloudFormation stops waiting, whoever answers. */
  readonly abandonedAt: number;
  readonly request: Request;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the event, for what it writes. */
  readonly mark: EventMark;
  /** Whether this is still the resource's operation. */
  readonly operation: CurrentOperation;
  /** Answers about another stack. */
  ofStack(stackId: string): StackQuestions;
  /** The logical id under which the stack has something as a resource of another type. */
  holderOf(sought: SoughtResource): Promise<string | undefined>;
}

/** A successful answer to Create or Update. */
export interface Answer {
  readonly physicalResourceId: string;
  /** What GetAtt returns. Every key, in every answer: a missing one fails the stack. */
  readonly data: Readonly<Record<string, string>>;
  /** Masks the data wherever CloudFormation shows it. Absent: false. */
  readonly noEcho?: boolean;
}

/** Instead of an answer: somebody else goes on with the event and answers it. */
export interface HandedOver {
  /** Who, for the log. */
  readonly handedOverTo: string;
}

/** One resource type of a provider. Handlers keep no state between calls. */
export interface ResourceHandler<P> {
  /** A Create writes nothing: one that fails leaves nothing behind that a Delete could look for. Absent: false. */
  readonly createOnlyReads?: boolean;
  /**
   * Reads the properties, and bears older formats, since a Delete may come from a stack that an older version deployed.
   * Its rules are checked before the first call, but not in Delete.
   */
  readonly shape: Shape<P>;
  /**
   * The id that a Create of these properties gives, known before anything is written: a failed Create answers it too. A
   * successful one may add to its end what only the service could know.
   */
  physicalResourceId(properties: P, scope: Scope): string;
  create(properties: P, scope: Scope): Promise<Answer | HandedOver>;
  /** A different physical id in the answer is a replacement: CloudFormation then deletes the old one in its clean-up. */
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

/** The surroundings in which a slice of a sweep works. */
export interface SliceScope {
  readonly clock: Clock;
  /** When Lambda's time makes the slice stop working. */
  readonly deadline: Deadline;
  /** When CloudFormation stops waiting; absent where it does not. */
  readonly abandonedAt: number | undefined;
  readonly log: Log;
  /** Aborts when the slice has returned. */
  readonly ended: AbortSignal;
  describeStack(stackId: string): Promise<StackState>;
  ofStack(stackId: string): StackQuestions;
  /** Whether what CloudFormation waits for is still what it is doing; absent where it does not wait. */
  readonly operation: CurrentOperation | undefined;
  /** What the stack shows of a resource of its own. */
  describeResource(stackId: string, logicalId: string): Promise<StackResourceState | undefined>;
  /** Answers the event that CloudFormation waits for. */
  answer(answer: SliceAnswer): Promise<void>;
}
