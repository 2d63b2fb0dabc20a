// documented: Amazon States Language, by the package aws-local-stepfunctions
// unverified: the words after "Invalid State Machine Definition"
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { invalidDefinition } from './errors';
import { type MachineDefinition, type StateInput, interpretable } from './states';

/** What the interpreter reports about an execution. */
export interface InterpreterEvent {
  readonly type: string;
  readonly index?: number;
  readonly state?: { readonly name: string; readonly input: unknown; readonly output?: unknown };
  readonly parentState?: { readonly name: string };
}

export interface Interpretation {
  readonly definition: MachineDefinition;
  readonly input: unknown;
  /** The value of `$$`. Its `Run` is the execution. */
  readonly context: Readonly<Record<string, unknown>>;
  /** The functions of Task and Wait states, by name. */
  readonly functions: Readonly<Record<string, (input: StateInput) => Promise<unknown>>>;
  readonly tell: (event: InterpreterEvent) => void;
  /** Aborts when the execution is ended from outside. */
  readonly signal: AbortSignal;
}

/** The error of a failed execution. */
export interface ExecutionFailure {
  readonly error: string;
  readonly cause: string;
}

/** Runs an execution to its end; `null` if it was aborted. */
export async function interpret(
  interpretation: Interpretation,
): Promise<{ output: unknown } | ExecutionFailure | null> {
  const { definition, input, context, functions, tell, signal } = interpretation;
  const { StateMachine } = await interpreter();
  const machine = new StateMachine(interpretable(definition) as unknown as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
  type Json = Parameters<typeof machine.run>[0];
  type Functions = Record<string, () => Promise<Json>>;
  const { result, eventLogs, abort } = machine.run(input as Json, {
    context,
    noThrowOnAbort: true,
    overrides: { taskResourceLocalHandlers: functions as unknown as Functions },
  });
  signal.addEventListener('abort', abort, { once: true });
  const told = (async () => {
    for await (const event of eventLogs) tell(event as InterpreterEvent);
  })();
  try {
    const output = await result;
    return signal.aborted ? null : { output };
  } catch (error) {
    const { name, message } = (error as { cause: Error }).cause;
    return { error: name, cause: message };
  } finally {
    await told;
  }
}

/** Throws InvalidDefinition if the text is not a definition that the interpreter can run. */
export async function parseDefinition(text: string): Promise<MachineDefinition> {
  let definition: MachineDefinition;
  try {
    definition = JSON.parse(text) as MachineDefinition;
  } catch (error) {
    throw invalidDefinition(`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`);
  }
  if (/"QueryLanguage"\s*:\s*"JSONata"/.test(text)) {
    throw invalidDefinition('UNSUPPORTED: the local AWS runs state machines in JSONPath only');
  }
  const shape = JSON.stringify(definition, (key, value: unknown) => (key === 'Parameters' ? blank(value) : value));
  if (VALID.has(shape)) return definition;
  const { StateMachine } = await interpreter();
  try {
    new StateMachine(definition as unknown as StateMachineDefinition);
  } catch (error) {
    throw invalidDefinition((error as Error).message.replace(/^.*?\n\s*/, ''));
  }
  VALID.add(shape);
  return definition;
}

/**
 * The checked definitions. A check takes some tenths of a second, and most definitions only differ in their parameters.
 */
const VALID = new Set<string>();

/** Parameters without the values to which no rule applies. A path is recognized by its key. */
function blank(parameters: unknown): unknown {
  if (Array.isArray(parameters)) return parameters.map(blank);
  if (typeof parameters !== 'object' || parameters === null) return null;
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key, key.endsWith('.$') ? (value as unknown) : blank(value)]),
  );
}

/** Loaded on demand, because it loads an AWS SDK that most local AWSs never need. */
async function interpreter() {
  // the interpreter needs it; Node.js has it from version 22 on.
  if (!('withResolvers' in Promise)) Object.assign(Promise, { withResolvers });
  return import('aws-local-stepfunctions');
}

function withResolvers() {
  let functions: unknown[] = [];
  const promise = new Promise((...given) => (functions = given));
  const [resolve, reject] = functions;
  return { promise, resolve, reject };
}
