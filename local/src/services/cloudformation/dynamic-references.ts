/** Dynamic references, such as `{{resolve:ssm:/name}}`: values that CloudFormation reads during a deployment. */
// documented: user guide, "Get values stored in other services using dynamic references"
// unverified: the words of the refusals
import { type World } from '../../core/service';
import { type Properties, isRecord, validationError } from './template';

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}/g;

export async function resolveDynamicReferences(properties: Properties, world: World): Promise<Properties> {
  return (await resolved(properties, world)) as Properties;
}

async function resolved(value: unknown, world: World): Promise<unknown> {
  if (typeof value === 'string') return inText(value, world);
  if (Array.isArray(value)) return Promise.all(value.map(element => resolved(element, world)));
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(async ([key, member]) => [key, await resolved(member, world)] as const);
  return Object.fromEntries(await Promise.all(members));
}

async function inText(text: string, world: World): Promise<string> {
  let result = text;
  for (const [reference, service, path] of text.matchAll(REFERENCE)) {
    const value = service === 'secretsmanager' ? await fromSecret(path, world) : await fromParameter(path, world);
    result = result.replaceAll(reference, value);
  }
  return result;
}

async function fromParameter(path: string, world: World): Promise<string> {
  const [name] = path.split(/:(?=\d+$)/);
  const { Parameter } = await world.call('ssm', 'GetParameter', { Name: name, WithDecryption: true });
  return String(Parameter.Value);
}

/** `id:SecretString:json-key:stage:version`, where the id can be an ARN. */
async function fromSecret(path: string, world: World): Promise<string> {
  const [, id, key] = /^((?:arn:(?:[^:]*:){5}[^:]+)|[^:]+)(?::SecretString(?::([^:]*))?(?::.*)?)?$/.exec(path) ?? [];
  if (!id) throw validationError(`Invalid dynamic reference to a secret: ${path}`);
  const { SecretString } = await world.call('secretsmanager', 'GetSecretValue', { SecretId: id });
  if (!key) return String(SecretString);
  const fields = JSON.parse(SecretString) as Record<string, unknown>;
  if (!(key in fields)) throw validationError(`Could not find a value associated with JSONKey ${key} in SecretString`);
  return String(fields[key]);
}
