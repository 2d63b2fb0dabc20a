// documented: user guide, eb-transform-target-input
// unverified: that an InputPath without a value gives null
import { JSONPath } from 'jsonpath-plus';
import { type Target } from './rules';

/** An event in the form that targets get. */
export type DeliveredEvent = Readonly<Record<string, unknown>>;

/** The rule that delivers an event, and the time. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Milliseconds since the epoch. */
  readonly ingestionTime: number;
}

/** The part of an event that a target gets, as JSON. */
export function inputOf(target: Target, event: DeliveredEvent, context: InputContext): string {
  const { Input, InputPath, InputTransformer } = target;
  if (Input !== undefined) return Input;
  if (InputPath !== undefined) return JSON.stringify(valueAt(InputPath, event) ?? null);
  if (!InputTransformer) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = InputTransformer;
  const values = {
    ...Object.fromEntries(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(path, event)])),
    'aws.events.event': event,
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': new Date(context.ingestionTime).toISOString(),
    'aws.events.rule-arn': context.ruleArn,
    'aws.events.rule-name': context.ruleName,
  };
  return fill(InputTemplate, values);
}

/** Replaces `<names>` by values: as JSON, or as plain text inside a string. */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/"(?:[^"\\]|\\.)*"|<([\w.-]+)>/g, (part, name?: string) => {
    if (name !== undefined) return name in values ? JSON.stringify(values[name] ?? null) : part;
    return part.replace(/<([\w.-]+)>/g, (placeholder, inner: string) =>
      inner in values ? escaped(values[inner]) : placeholder,
    );
  });
}

function escaped(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}

const valueAt = (path: string, event: DeliveredEvent): unknown =>
  JSONPath({ path, json: event, wrap: false, eval: false }) as unknown;
