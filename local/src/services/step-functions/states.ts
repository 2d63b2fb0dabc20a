/**
 * State machines in the form that the interpreter runs. It only has real time, so functions of the local AWS do what
 * takes time: a Wait becomes a Task, and the function of a Task handles its retries and timeout.
 */
// documented: Amazon States Language
import { type Retrier } from './retry';

/** The members of a state that are used here. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: unknown;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Retry?: readonly Retrier[];
  readonly Branches?: readonly States[];
  readonly Iterator?: States;
  readonly ItemProcessor?: States;
  readonly [member: string]: unknown;
}

export interface States {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface MachineDefinition extends States {
  readonly TimeoutSeconds?: number;
}

/** The input of the function of a Task or Wait state. */
export interface StateInput {
  readonly input: unknown;
  /** For a Task. */
  readonly timeoutSeconds?: number;
  /** For a Wait. */
  readonly seconds?: number;
  /** For a Wait: an ISO date. */
  readonly timestamp?: string;
}

/** The longest time of a Node.js timer, in seconds: 24 days. */
const LONGEST_TIMER = 2_147_483;

/** All states of a machine by name, including those of branches and iterations, because names are unique. */
export function allStates({ States }: States): Map<string, State> {
  return new Map(
    Object.entries(States).flatMap(([name, state]) => [
      [name, state] as const,
      ...nested(state).flatMap(states => [...allStates(states)]),
    ]),
  );
}

/** The machine in the form for the interpreter. */
export function interpretable({ TimeoutSeconds: _, ...definition }: MachineDefinition): MachineDefinition {
  const machine = withStates(definition);
  // the interpreter would write its own time and, in branches, another input into `Execution`.
  return JSON.parse(JSON.stringify(machine).replaceAll('$$.Execution', () => '$$.Run')) as MachineDefinition;
}

const nested = ({ Branches = [], Iterator, ItemProcessor }: State): States[] =>
  [...Branches, Iterator, ItemProcessor].filter(states => states !== undefined);

const withStates = <T extends States>(states: T): T => ({
  ...states,
  States: Object.fromEntries(Object.entries(states.States).map(([name, state]) => [name, interpretableState(state)])),
});

function interpretableState(state: State): State {
  const { Branches, Iterator, ItemProcessor } = state;
  switch (state.Type) {
    case 'Wait':
      return asTask(state, {
        seconds: state.Seconds,
        'seconds.$': state.SecondsPath,
        timestamp: state.Timestamp,
        'timestamp.$': state.TimestampPath,
      });
    case 'Task':
      return asTask(state, { timeoutSeconds: state.TimeoutSeconds, 'timeoutSeconds.$': state.TimeoutSecondsPath });
    default:
      return {
        ...state,
        ...(Branches && { Branches: Branches.map(withStates) }),
        ...(Iterator && { Iterator: withStates(Iterator) }),
        ...(ItemProcessor && { ItemProcessor: withStates(ItemProcessor) }),
      };
  }
}

/** A task whose function gets a StateInput. */
function asTask(state: State, parameters: Readonly<Record<string, unknown>>): State {
  const { Parameters, InputPath, OutputPath, ResultPath, ResultSelector, Catch, Next, End } = state;
  return {
    ...{ InputPath, OutputPath, ResultPath, ResultSelector, Catch, Next, End },
    Type: 'Task',
    Resource: 'local',
    TimeoutSeconds: LONGEST_TIMER,
    Parameters: { ...(Parameters === undefined ? { 'input.$': '$' } : { input: Parameters }), ...parameters },
  };
}
