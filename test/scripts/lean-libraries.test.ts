import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GLOB_OPTIONS } from '../../lambda/sweep/plan';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, run } from './run-script';

requireFresh(['handlers']);

/** What a module has in a bundle, as `lean`, beside what it has of itself, as `whole`. */
const COMPARED = `
  import { createRequire } from 'node:module';
  import fc from 'fast-check';
  import { build } from 'esbuild';
  import { leanSdk } from './scripts/lean-sdk.mjs';
  const loaded = async (contents, plugins) => {
    const stdin = { contents, resolveDir: '.' };
    const options = { stdin, bundle: true, write: false, format: 'cjs', platform: 'node', mainFields: ['module', 'main'] };
    const { outputFiles } = await build({ ...options, plugins });
    const module = { exports: {} };
    new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, createRequire(import.meta.url));
    return module.exports;
  };
  const compared = async contents => ({ lean: await loaded(contents, leanSdk), whole: await loaded(contents, []) });
  const outcome = call => { try { return call() } catch (error) { return { thrown: error.name } } };
  /** The first arguments for which two functions differ, if any. */
  const difference = (arbitrary, ofLean, ofWhole) => {
    const same = arg => JSON.stringify(outcome(() => ofLean(arg))) === JSON.stringify(outcome(() => ofWhole(arg)));
    const { failed, counterexample } = fc.check(fc.property(arbitrary, same), { numRuns: 3_000, seed: 1 });
    return failed ? counterexample : null;
  };
`;

test('globs match what they match with the whole library', () => {
  const { options, example } = run(`${COMPARED}
    import { GLOB_OPTIONS } from './scripts/lean-sdk.mjs';
    const { lean, whole } = await compared('export { default as globs } from "picomatch"');
    const marks = ['a', 'b', '1', '.', '/', '*', '**', '?', '+', '!', '^', '-', ',', '|', '\\\\', '"', '..', ':'];
    const ends = ['@(', '!(', '*(', '+(', '?(', '(', ')', '{', '}', '[', ']', '[!', '[:alpha:]', '{1..3}'];
    const globs = fc.array(fc.constantFrom(...marks, ...ends), { minLength: 1, maxLength: 9 }).map(parts => parts.join(''));
    const source = ({ globs }) => glob => String(globs.makeRe(glob, GLOB_OPTIONS));
    const matches = ({ globs }) => ([glob, name]) => globs(glob, GLOB_OPTIONS)(name);
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '/', '-', '+'), maxLength: 6 });
    const example = difference(globs, source(lean), source(whole)) ??
      difference(fc.tuple(globs, name), matches(lean), matches(whole));
    console.log(JSON.stringify({ options: GLOB_OPTIONS, example }));
  `) as { options: object; example: unknown };
  expect(options).toEqual(GLOB_OPTIONS);
  expect(example).toBeNull();
});

test('versions are parsed and compared as they are with the whole library', () => {
  const example = run(`${COMPARED}
    const { lean, whole } = await compared('export { default as parse } from "semver/functions/parse"');
    const parts = ['0', '1', '2', '10', '01', '.', '.', '-', '+', 'a', 'rc', 'v', '=', ' '];
    const number = fc.oneof(fc.nat(20).map(String), fc.constantFrom('01', '9007199254740991', '9007199254740992'));
    const label = fc.array(fc.constantFrom(...parts), { maxLength: 4 }).map(all => all.join(''));
    const version = fc.tuple(number, number, number, fc.constantFrom('', '-', '+', ' '), label)
      .map(([major, minor, patch, mark, rest]) => [major, minor, patch].join('.') + mark + rest);
    const any = fc.oneof(version, label);
    const parsed = ({ parse }) => text => { const { options, ...rest } = parse(text) ?? { options: 'none' }; return rest };
    const order = ({ parse }) => ([a, b]) => parse(a)?.comparePre(parse(b));
    console.log(JSON.stringify(
      difference(any, parsed(lean), parsed(whole)) ?? difference(fc.tuple(version, version), order(lean), order(whole)),
    ));
  `);
  expect(example).toBeNull();
});

test('dates are read and written as the SDK does it', () => {
  const example = run(`${COMPARED}
    const { lean, whole } = await compared('export * from "@smithy/core/serde"');
    const dates = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    const reads = name => parsed => of => outcome(() => parsed[name](of)?.getTime());
    const check = (name, values) => difference(values, reads(name)(lean), reads(name)(whole));
    const iso = dates.map(date => date.toISOString().replace('.000Z', 'Z'));
    const offset = fc.tuple(dates, fc.constantFrom('+01:00', '-09:30')).map(([date, by]) => date.toISOString().replace('Z', by));
    const epoch = dates.map(date => date.getTime() / 1000);
    const inHeaders = dates.map(date => date.toUTCString());
    console.log(JSON.stringify(
      check('parseEpochTimestamp', epoch) ?? check('_parseEpochTimestamp', epoch.map(String)) ??
      check('parseRfc3339DateTimeWithOffset', fc.oneof(iso, offset)) ??
      check('_parseRfc3339DateTimeWithOffset', fc.oneof(iso, offset)) ??
      check('parseRfc7231DateTime', inHeaders) ?? check('_parseRfc7231DateTime', inHeaders) ??
      check('parseRfc3339DateTimeWithOffset', fc.constantFrom(null, undefined, 'tomorrow', '')) ??
      difference(dates, lean.dateToUtcString, whole.dateToUtcString)
    ));
  `);
  expect(example).toBeNull();
});

/** The operations that handlers call, by the client's package. */
function operations(): Record<string, string[]> {
  const called = new Map<string, Set<string>>();
  const lambda = join(ROOT, 'lambda');
  const files = readdirSync(lambda, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  for (const file of files) {
    const source = readFileSync(join(lambda, file), 'utf8');
    for (const [, names, client] of source.matchAll(/^import \{([^}]*)\} from '(@aws-sdk\/client-[a-z-]+)'/gm)) {
      const found = called.get(client) ?? new Set();
      for (const [, operation] of names.matchAll(/\b(\w+)Command\b/g)) found.add(operation);
      called.set(client, found);
    }
  }
  return Object.fromEntries([...called].map(([client, names]) => [client, [...names]]));
}

test('no operation that a handler calls has a form of data that is left out', () => {
  const called = operations();
  expect(Object.keys(called).length).toBe(5);
  const { unfit, shapes } = run(`
    import { NormalizedSchema } from '@smithy/core/schema';
    const called = ${JSON.stringify(called)};
    const unfit = [];
    let shapes = 0;
    for (const [client, operations] of Object.entries(called)) {
      const schemas = await import(client);
      const seen = new Set();
      const walk = (schema, path) => {
        const ns = NormalizedSchema.of(schema);
        const traits = ns.getMergedTraits();
        const isBig = ns.isBigIntegerSchema() || ns.isBigDecimalSchema();
        const isListInHeader = traits.httpHeader && ns.isListSchema();
        const isOpen = ns.isDocumentSchema() || ns.isUnionSchema();
        if (isBig || isOpen || isListInHeader || ns.isStreaming() || traits.mediaType || traits.httpPrefixHeaders) unfit.push(path);
        if (seen.has(ns.getSchema())) return;
        if (typeof ns.getSchema() === 'object') seen.add(ns.getSchema());
        shapes++;
        if (ns.isStructSchema()) for (const [name, member] of ns.structIterator()) walk(member, path + '.' + name);
        if (ns.isListSchema() || ns.isMapSchema()) walk(ns.getValueSchema(), path + '[]');
      };
      for (const name of operations) {
        const operation = schemas[name + '$'];
        walk(operation[4], name + '.input');
        walk(operation[5], name + '.output');
      }
    }
    console.log(JSON.stringify({ unfit, shapes }));
  `) as { unfit: string[]; shapes: number };
  expect(unfit).toEqual([]);
  expect(shapes).toBeGreaterThan(100);
});

test('the rules for the endpoints of the services ask for nothing that is left out', () => {
  for (const client of Object.keys(operations())) {
    const directory = join(ROOT, 'node_modules', client, 'dist-es');
    const rules = readFileSync(join(directory, 'endpoint/bdd.js'), 'utf8');
    expect([client, rules]).not.toEqual([
      client,
      expect.stringMatching(/parseURL|split|substring|uriEncode|parseArn|Bucket/),
    ]);
    expect([client, rules]).toEqual([client, expect.stringContaining('aws.partition')]);
    const shared = readFileSync(join(directory, 'runtimeConfig.shared.js'), 'utf8');
    expect([client, shared]).not.toEqual([client, expect.stringContaining('awsQueryCompatible')]);
  }
});

test('no bundle calls a method that is left out because nothing calls it', () => {
  const methods = run(`
    import { UNCALLED } from './scripts/lean-sdk.mjs';
    console.log(JSON.stringify(Object.values(UNCALLED).flat()));
  `) as string[];
  expect(methods.length).toBeGreaterThan(0);
  for (const family of ['iot', 'glue', 'wechat']) {
    const bundle = readFileSync(join(ROOT, 'build/handlers', family, 'index.js'), 'utf8');
    for (const method of methods)
      expect([family, bundle.includes(`.${method}(`), method]).toEqual([family, false, method]);
  }
});
