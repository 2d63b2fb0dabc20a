import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as shapes from '@aws-sdk/client-cloudformation';
import { FAMILIES, byFamily } from '../../scripts/families';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, run } from './run-script';

requireFresh(['handlers']);
const bundle = (family: string) => readFileSync(join(ROOT, 'build/handlers', family, 'index.js'), 'utf8');

const sources = (room: string) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(join(ROOT, room, file), 'utf8'));

/** Bytes that a bundle may have: what was reached, and a little room for the handlers to grow. */
const MOST_BYTES = { iot: 300_000, glue: 272_000, wechat: 229_000 };

test.each(byFamily(MOST_BYTES) as [string, number][])('the bundle of %s stays small', (family, most) => {
  expect(Buffer.byteLength(bundle(family))).toBeLessThanOrEqual(most);
});

test('shapes of operations that no handler calls are left out, those of the others are there', () => {
  expect(bundle('iot')).toContain('DeletePackageVersion');
  expect(bundle('iot')).not.toContain('CreateTopicRule');
  expect(bundle('glue')).toContain('DeleteSchemaVersions');
  expect(bundle('glue')).not.toContain('CreateCrawler');
});

test('what repeats calls is left out, and every client is told to repeat none', () => {
  const told = sources('lambda').flatMap(source => source.match(/maxAttempts: \w+/g) ?? []);
  expect(new Set(told)).toEqual(new Set(['maxAttempts: 1']));
  for (const family of FAMILIES) expect(bundle(family)).not.toMatch(/RetryToken/);
});

test('members that no handler reads are left out, and each is one that the SDK has', () => {
  const unread = run(`
    import { UNREAD } from './scripts/lean-sdk.mjs';
    console.log(JSON.stringify(UNREAD));
  `) as Record<string, string>;
  const handlers = [...sources('lambda'), ...sources('contract')].join('\n');
  for (const [client, names] of Object.entries(unread)) {
    const schemas = readFileSync(
      join(ROOT, `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`),
      'utf8',
    );
    for (const name of names.split(/\s+/)) {
      expect([name, schemas.includes(`"${name}"`)]).toEqual([name, true]);
      expect([name, new RegExp(String.raw`\b${name}\b`).test(handlers)]).toEqual([name, false]);
    }
  }
});

test('no operation in use has a host of its own, or members of which the bundles cannot read or write the place', () => {
  const places = ['httpHeader', 'httpPayload', 'httpPrefixHeaders', 'httpQueryParams', 'httpResponseCode'];
  const traits = new RegExp(String.raw`\b(${[...places, 'endpoint', 'eventPayload'].join('|')}):["1[{]`);
  for (const family of FAMILIES) expect(bundle(family)).not.toMatch(traits);
});

test('CloudFormation is asked with texts alone, which the bundles can write', () => {
  const asked = new Set(
    sources('lambda').flatMap(source => source.match(/\b(Describe|List)Stack\w*(?=Command\b)/g) ?? []),
  );
  expect(asked).toContain('DescribeStacks');
  const shapeOf = (name: string) => (shapes as unknown as Record<string, unknown[] | undefined>)[`${name}$`]!;
  for (const operation of asked) {
    const input = (shapeOf(operation)[4] as () => unknown[])();
    expect([operation, new Set(input[5] as number[])]).toEqual([operation, new Set([0])]);
  }
});

test('credentials come from the environment, and no other place is looked in', () => {
  expect(bundle('iot')).toContain('AWS_SESSION_TOKEN');
  expect(bundle('iot')).not.toContain('credential_process');
});

test('nothing of what stands in for a module of the SDK is missing, and nothing of the module is left', () => {
  for (const family of FAMILIES) {
    expect(bundle(family)).not.toMatch(/bowser|sso_region|NodeVersionSupportWarning|169\.254\.169\.254|Cape Town/);
    expect(bundle(family)).toContain('aws-us-gov');
  }
});

test('each plugin fails the build of a release of the SDK in which it finds nothing to leave out', () => {
  const reds = run(`
    import { build } from 'esbuild';
    import { leanSdk } from './scripts/lean-sdk.mjs';
    const otherRelease = { name: 'other-release', setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@aws-sdk/ }, () => ({ path: 'client', namespace: 'other' }));
      onLoad({ filter: /./, namespace: 'other' }, () => ({ contents: 'export class Client {}' }));
    } };
    const stdin = { contents: 'export * from "@aws-sdk/client-iot"', resolveDir: '.' };
    const errorsOf = async plugin => {
      const options = { stdin, bundle: true, write: false, logLevel: 'silent', plugins: [plugin, otherRelease] };
      return build(options).then(() => [], ({ errors }) => errors.map(({ text }) => text));
    };
    console.log(JSON.stringify(await Promise.all(leanSdk.map(async plugin => [plugin.name, await errorsOf(plugin)]))));
  `) as [string, string[]][];
  expect(reds.length).toBeGreaterThan(10);
  for (const [name, errors] of reds) {
    expect([name, errors]).toEqual([name, [expect.stringContaining(`nothing left that "${name}" would leave out`)]]);
  }
});

test('each region that the SDK lists by name has the pattern of its partition, and so needs no name', () => {
  const partitions = run(`
    import { partitionsInfo } from './node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
    console.log(JSON.stringify(partitionsInfo.partitions));
  `) as { id: string; regionRegex: string; regions: object }[];
  for (const { id, regionRegex, regions } of partitions) {
    const unmatched = Object.keys(regions).filter(region => !new RegExp(regionRegex).test(region));
    expect([id, unmatched.filter(region => !region.endsWith('-global'))]).toEqual([id, []]);
  }
});
