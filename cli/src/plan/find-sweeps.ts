/** The sweeps of a stack: each is a state machine whose definition holds the rules. */
import { type SweepConfig } from '../../../contract/sweep';
import { Unknown, referencesIn } from '../assembly/intrinsics';
import { type Template, type TemplateResource } from '../assembly/template';
import { isSweep } from './artifact-types';
import { ON_DESTROY } from './report';

/** A sweep as a template has it. */
export interface FoundSweep {
  readonly logicalId: string;
  readonly name: string;
  readonly type: string;
  readonly path?: string;
  readonly triggers: readonly string[];
  /** Absent where a part of it is not known yet. */
  readonly config?: SweepConfig;
  /** Why it is not known. */
  readonly unknown?: string;
}

const STATE_MACHINE = 'AWS::StepFunctions::StateMachine';
const RULE = 'AWS::Events::Rule';

/** @param resolve carries out the functions of the template */
export function sweepsIn({ Resources = {} }: Template, resolve: (value: unknown) => unknown): readonly FoundSweep[] {
  return Object.entries(Resources).flatMap(([logicalId, resource]) => {
    if (resource.Type !== STATE_MACHINE) return [];
    const { text, unknowns } = textOf(resource.Properties?.DefinitionString, resolve);
    const config = payloadIn(text)?.config;
    if (!config) return [];
    const marker = MARKER.exec(JSON.stringify(config));
    const path = resource.Metadata?.['aws:cdk:path'];
    return {
      logicalId,
      name: config.name,
      type: config.type,
      ...(typeof path === 'string' && { path: path.replace(/\/StateMachine\/Resource$/, '') }),
      triggers: triggersOf(logicalId, Object.values(Resources)),
      ...(marker ? { unknown: unknowns[Number(marker[1])].because } : { config }),
    };
  });
}

const MARKER = /<unknown:(\d+)>/;

/** A text whose unknown parts are marked, so that what is known can be read. */
function textOf(definition: unknown, resolve: (value: unknown) => unknown) {
  const join = (Object(definition) as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  const parts = join ? join[1] : [definition];
  const unknowns: Unknown[] = [];
  const texts = parts.map(part => {
    const resolved = resolve(part);
    return resolved instanceof Unknown ? `<unknown:${unknowns.push(resolved) - 1}>` : String(resolved);
  });
  return { text: texts.join(join?.[0] ?? ''), unknowns };
}

/** What a state machine asks the function for. */
export interface SweepPayload {
  readonly config: SweepConfig & { readonly type: string };
  readonly stackId: string;
}

/** `undefined` where a state machine is none of this library's. */
export function payloadIn(definition: string): SweepPayload | undefined {
  try {
    const { States } = JSON.parse(definition) as {
      States: Record<string, { Parameters?: { Payload?: SweepPayload } }>;
    };
    const payload = States.Begin?.Parameters?.Payload;
    return payload?.config && /^Custom::/.test(payload.config.type) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function triggersOf(machine: string, resources: readonly TemplateResource[]): string[] {
  const triggers = new Set<string>();
  for (const { Type, Properties = {} } of resources) {
    if (Type === RULE && referencesIn(Properties.Targets).has(machine)) {
      const { ScheduleExpression: schedule, EventPattern: pattern } = Properties;
      if (typeof schedule === 'string') triggers.add(schedule);
      else if (JSON.stringify(pattern ?? '').includes('aws.cloudformation')) triggers.add('after deployment');
    }
    if (isSweep(Type) && referencesIn(Properties.StateMachineArn).has(machine)) {
      for (const trigger of (Properties.Triggers ?? []) as readonly string[])
        triggers.add(SYNCHRONOUS[trigger] ?? trigger);
    }
  }
  return [...triggers];
}

const SYNCHRONOUS: Readonly<Record<string, string>> = {
  ON_DESTROY,
  DURING_DEPLOYMENT: 'during deployment',
};
