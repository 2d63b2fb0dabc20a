/** The parameters of a template: the values that a deployment gives them, and their rules. */
// documented: user guide, "CloudFormation template Parameters syntax"
// unverified: the words of the refusals
import { type World } from '../../core/service';
import { type ParameterDefinition, type Template, validationError } from './template';

export interface GivenParameter {
  readonly ParameterKey: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: boolean | string;
}

export interface ParameterValues {
  /** The given or default value; for an SSM parameter, its name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The value of `Ref`. */
  readonly parameterValues: Readonly<Record<string, string | readonly string[]>>;
}

/** Computes the parameters of a deployment. Throws ValidationError. */
export async function parameterValues(
  template: Template,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, string>>,
  world: World,
): Promise<ParameterValues> {
  const definitions = template.Parameters ?? {};
  const unknown = given.filter(({ ParameterKey }) => !(ParameterKey in definitions));
  if (unknown.length > 0) {
    const names = unknown.map(({ ParameterKey }) => ParameterKey).join(', ');
    throw validationError(`Parameters: [${names}] do not exist in the template`);
  }
  const parameters: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const value = valueOf(
      given.find(({ ParameterKey }) => ParameterKey === name),
      previous[name],
      definition,
    );
    if (value === undefined) missing.push(name);
    else parameters[name] = value;
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  const values = Object.entries(definitions).map(
    async ([name, definition]) => [name, await refOf(name, definition, parameters[name], world)] as const,
  );
  return { parameters, parameterValues: Object.fromEntries(await Promise.all(values)) };
}

function valueOf(
  given: GivenParameter | undefined,
  previous: string | undefined,
  { Default }: ParameterDefinition,
): string | undefined {
  if (given?.ParameterValue !== undefined) return given.ParameterValue;
  if (given && String(given.UsePreviousValue) === 'true' && previous !== undefined) return previous;
  return Default === undefined ? undefined : [Default].flat().join(',');
}

async function refOf(
  name: string,
  definition: ParameterDefinition,
  value: string,
  world: World,
): Promise<string | readonly string[]> {
  const [, ofParameter] = /^AWS::SSM::Parameter::Value<(.*)>$/.exec(definition.Type) ?? [];
  const actual = ofParameter === undefined ? value : await readParameter(value, world);
  if (ofParameter === undefined) check(name, definition, value);
  const isList = /^(CommaDelimitedList|List<.*>)$/.test(ofParameter ?? definition.Type);
  return isList ? actual.split(',').map(element => element.trim()) : actual;
}

async function readParameter(name: string, world: World): Promise<string> {
  const { Parameters } = await world.call('ssm', 'GetParameters', { Names: [name], WithDecryption: false });
  if (Parameters.length > 0) return String(Parameters[0].Value);
  throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
}

function check(name: string, definition: ParameterDefinition, value: string): void {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, ConstraintDescription, Type } = definition;
  const refuse = (rule: string) => validationError(ConstraintDescription ?? `Parameter '${name}' ${rule}`);
  if (AllowedValues && !AllowedValues.map(String).includes(value)) {
    throw refuse(`must be one of AllowedValues`);
  }
  if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw refuse(`must match pattern ${AllowedPattern}`);
  }
  if (MinLength !== undefined && value.length < Number(MinLength)) {
    throw refuse(`must contain at least ${MinLength} characters`);
  }
  if (MaxLength !== undefined && value.length > Number(MaxLength)) {
    throw refuse(`must contain at most ${MaxLength} characters`);
  }
  if (Type === 'Number' && Number.isNaN(Number(value))) throw refuse('must be a number');
}
