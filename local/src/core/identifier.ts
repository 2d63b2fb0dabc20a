/** The name of what a call is about, in its input, for somebody who reads the request log. */
import type { Members } from './service';

/** Members that name something together: the first of them decides whether they apply. */
const TOGETHER: readonly (readonly string[])[] = [
  ['packageName', 'versionName'],
  ['jobId', 'thingName'],
  ['env_id', 'server_name', 'version_name'],
  ['Bucket', 'Key'],
];

/** The member that names something alone, where none of the above does: `FunctionName`, `stateMachineArn`, `Name`. */
const ALONE = /^(?!.*token).*(?:name|id|arn|prefix|url)$/i;

export function mainIdentifier(input: Members): string {
  if (typeof input !== 'object' || input === null) return '';
  const members = input as Readonly<Record<string, unknown>>;
  const together = TOGETHER.find(([first]) => isName(members[first]));
  if (together) return together.flatMap(member => (isName(members[member]) ? [members[member]] : [])).join('/');
  const { SchemaId, RegistryId, SchemaVersionNumber, body } = members;
  if (isName(body)) return answerName(body);
  if (SchemaId ?? RegistryId) return glueName((SchemaId ?? RegistryId) as Members, SchemaVersionNumber as Members);
  const alone = Object.keys(members).find(member => ALONE.test(member) && isName(members[member]));
  return alone === undefined ? '' : withoutArn(members[alone] as string);
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** `registry/schema`, and the number of a version where there is one. */
function glueName({ SchemaArn, RegistryArn, RegistryName, SchemaName }: Members, version: Members): string {
  const arn: string | undefined = SchemaArn ?? RegistryArn;
  const name = arn
    ? arn
        .split(':')
        .at(-1)!
        .replace(/^(?:schema|registry)\//, '')
    : named(RegistryName, SchemaName);
  const number: unknown = version?.VersionNumber;
  return number === undefined ? name : `${name}@${String(number)}`;
}

/** What the answer of a custom resource is for. */
function answerName(body: string): string {
  try {
    const { LogicalResourceId, Status } = JSON.parse(body) as Members;
    return named(LogicalResourceId, Status);
  } catch {
    return '';
  }
}

const named = (...names: readonly unknown[]): string => names.filter(isName).join('/');

/** The end of an ARN; a URL is signed, and its query the secret. */
const withoutArn = (name: string): string =>
  name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name.split('?')[0];
