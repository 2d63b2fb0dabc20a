import { type Snippet } from './documents';

/** A call of the AWS CLI. */
export interface AwsCommand {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The commands of a snippet, in words: also those that stand one after the other, or whose output is a variable's. */
export function commandsOf({ code }: Snippet): string[][] {
  return code
    .split(/\n|&&/)
    .map(line => line.replace(/(^|\s)#.*$/, '').trim())
    .map(line => line.replace(/^\w+=\$\((.*)\)$/, '$1'))
    .filter(line => line !== '' && !/^\w+=\S*$/.test(line))
    .map(line => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain));
}

/** A command of the AWS CLI as the call that it makes. */
export function awsCommand(words: readonly string[]): AwsCommand {
  const [, service, command, ...rest] = words;
  // the one command of the AWS CLI's own that the documents use.
  if (service === 's3' && command === 'mb') {
    return { service: 's3', operation: 'CreateBucket', input: { Bucket: rest[0].replace('s3://', '') } };
  }
  const isS3 = service === 's3api';
  const named = (name: string) => (isS3 ? pascal(name) : name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()));
  const input: Record<string, unknown> = {};
  for (let index = 0; index < rest.length; index += 2) {
    if (!/^--[a-z-]+$/.test(rest[index]) || rest[index + 1] === undefined) {
      throw new Error(`${words.join(' ')}: expected pairs of an option and a value, got ${rest[index]}`);
    }
    if (!OF_THE_CLI.has(rest[index])) input[named(rest[index].slice(2))] = valueOf(rest[index + 1]);
  }
  return { service: isS3 ? 's3' : service, operation: pascal(command), input };
}

/** Options that are no members of the call. */
const OF_THE_CLI = new Set(['--query', '--output']);

const pascal = (name: string) => name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());

function valueOf(text: string): unknown {
  if (text.startsWith('{')) return JSON.parse(text);
  const [, key, value] = /^(\w+)=(\w+)$/.exec(text) ?? [];
  return key ? { [key]: value } : text;
}
