import fc from 'fast-check';
import type { IotBehavior } from '../../src/services/iot/service';
import { VERSION_ARN, pages, startFleet, startIot, thingArn } from './harness';

const ON = {
  thingIndexingConfiguration: {
    thingIndexingMode: 'REGISTRY_AND_SHADOW',
    namedShadowIndexingMode: 'ON',
    filter: { namedShadowNames: ['$package'] },
  },
};

async function startIndexed(behavior: Partial<IotBehavior> = {}) {
  const started = startFleet(3, behavior);
  await started.run('UpdateIndexingConfiguration', ON);
  started.iot.devices.reportPackage('thing-1', 'brake-ecu', { version: '1.0.0' });
  started.iot.devices.reportPackage('thing-2', 'brake-ecu', {
    version: '1.0.0-RC1',
    attributes: { track: 'early beta ring' },
  });
  started.iot.devices.reportPackage('thing-2', 'dash', { version: '1.0.0' });
  const find = async (queryString: string) => {
    const { things } = await started.run('SearchIndex', { queryString });
    return things.map((thing: { thingName: string }) => thing.thingName);
  };
  return { ...started, find };
}

const field = (name: string) => `shadow.name.$package.reported.${name}.version`;

test.each([
  [`${field('brake\\-ecu')}:"1.0.0"`, ['thing-1']],
  [`${field('brake\\-ecu')}:"1.0.0-rc1"`, ['thing-2']],
  [`${field('brake\\-ecu')}:1.0.0`, ['thing-1']],
  [`${field('brake\\-ecu')}:1.0*`, ['thing-1', 'thing-2']],
  [`${field('brake\\-ecu')}:"2.0.0"`, []],
  [`${field('Brake\\-ecu')}:"1.0.0"`, []],
  [`${field('dash')}:"1.0.0"`, ['thing-2']],
  [`shadow.name.$package.reported.brake\\-ecu.attributes.track:beta`, ['thing-2']],
  [`shadow.name.$package.reported.brake\\-ecu.attributes.track:"Beta ring"`, ['thing-2']],
  [`shadow.name.$package.reported.brake\\-ecu.attributes.track:"early ring"`, []],
  [`shadow.name.$package.reported.brake\\-ecu.attributes.track:"ring road"`, []],
  [`shadow.name.$package.reported.brake\\-ecu:"1.0.0"`, []],
  ['attributes.site:north', []],
  ['thingName:THING\\-3', ['thing-3']],
  ['thingGroupNames:fleet AND NOT thingName:thing\\-1', ['thing-2', 'thing-3']],
  ['thingName:thing\\-1 OR thingName:thing\\-2 thingGroupNames:nobody', ['thing-1']],
  ['(thingName:thing\\-1 OR thingName:thing\\-2) NOT thingName:thing\\-2', ['thing-1']],
  ['*', ['thing-1', 'thing-2', 'thing-3']],
])('%s finds %j', async (query, expected) => {
  expect(await (await startIndexed()).find(query)).toEqual(expected);
});

test.each([
  `${field('brake-ecu')}:"1.0.0"`,
  `${field('dash')}:"1.0.0`,
  `${field('dash')}:`,
  'thingName:a AND',
  '(thingName:a',
  'thingName:a)',
  'OR thingName:a',
  'alone',
  `shadow.name.other.reported.dash.version:"1.0.0"`,
  `thingName:a OR shadow.name.other.reported.x:1`,
  'ThingName:thing\\-1',
])('%s is an InvalidQueryException 400', async queryString => {
  const { error } = await startIndexed();
  expect(await error('SearchIndex', { queryString })).toMatchObject({ code: 'InvalidQueryException', status: 400 });
});

test('a query has at most 12 terms', async () => {
  const { find, error } = await startIndexed();
  const terms = (count: number) => Array(count).fill('thingName:thing\\-1').join(' OR ');
  expect(await find(terms(12))).toEqual(['thing-1']);
  expect(await error('SearchIndex', { queryString: terms(13) })).toMatchObject({ code: 'InvalidQueryException' });
});

test('a query has at most 1,000 bytes', async () => {
  const { error, find } = await startIndexed();
  const query = `thingName:${'ü'.repeat(495)}`;
  expect(await find(query)).toEqual([]);
  expect(await error('SearchIndex', { queryString: `${query}x` })).toMatchObject({ code: 'InvalidQueryException' });
});

test('any version of any package is found by its escaped name, and by no other version', async () => {
  const name = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
  const version = fc.stringMatching(/^[a-z0-9_.-]{1,12}$/);
  await fc.assert(
    fc.asyncProperty(name, version, version, async (packageName, reported, wanted) => {
      const { iot, find } = await startIndexed();
      iot.devices.reportPackage('thing-3', packageName, { version: reported });
      const query = `${field(packageName.replaceAll('-', '\\-'))}:"${wanted}"`;
      expect((await find(query)).includes('thing-3')).toBe(reported === wanted);
    }),
  );
});

test('pages, by 100 at most', async () => {
  const { run, error, iot } = await startIndexed();
  iot.devices.add(Array.from({ length: 100 }, (_, i) => `more-${i}`));
  const all = await pages(run, 'SearchIndex', 'things', { queryString: '*' });
  expect(all.map(page => page.length)).toEqual([100, 3]);
  expect(await error('SearchIndex', { queryString: '*', maxResults: 101 })).toMatchObject({
    code: 'InvalidRequestException',
  });
});

test('a thing is found with its shadows, as JSON', async () => {
  const { run } = await startIndexed();
  const { things } = await run('SearchIndex', { queryString: 'thingName:thing\\-1' });
  expect(things[0]).toMatchObject({ thingName: 'thing-1', thingGroupNames: ['fleet'] });
  expect(JSON.parse(things[0].shadow)).toEqual({
    name: { $package: { reported: { 'brake-ecu': { version: '1.0.0' } } } },
  });
});

test('deleted things and packages are not found', async () => {
  const { find, iot } = await startIndexed();
  iot.devices.remove('thing-1');
  iot.devices.reportPackage('thing-2', 'brake-ecu', undefined);
  expect(await find(`${field('brake\\-ecu')}:1*`)).toEqual([]);
});

test('a shadow that is not in the filter is an invalid name of a field', async () => {
  const { run, error } = await startIndexed();
  await run('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY',
      namedShadowIndexingMode: 'ON',
      filter: { namedShadowNames: ['other'] },
    },
  });
  const name = field('dash');
  expect(await error('SearchIndex', { queryString: `${name}:"1.0.0"` })).toMatchObject({
    code: 'InvalidQueryException',
    message: `Unable to parse query, invalid field name, field name: ${name}, query string: ${name}:"1.0.0"`,
  });
});

test.each([
  ['REGISTRY', `${field('dash')}:"1.0.0"`, 'Shadow'],
  ['REGISTRY_AND_SHADOW', `${field('dash')}:"1.0.0"`, 'Shadow'],
  ['REGISTRY', 'shadow.reported.x:1', 'Shadow'],
  ['REGISTRY', 'thingName:a OR connectivity.connected:true', 'Connectivity'],
  ['REGISTRY', 'deviceDefender.violationCount:1', 'Devicedefender'],
])('a field of a source that %s does not index is an error: %s', async (thingIndexingMode, queryString, source) => {
  const { run, error } = await startIndexed();
  await run('UpdateIndexingConfiguration', { thingIndexingConfiguration: { thingIndexingMode } });
  expect(await error('SearchIndex', { queryString })).toMatchObject({
    code: 'InvalidRequestException',
    message:
      `Query includes one or more constraints for ${source} attribute, but ${source} indexing is not enabled for ` +
      'AWS_Things index',
  });
});

test('there is no index while indexing is off, and none of another name', async () => {
  expect(await startIot().error('SearchIndex', { queryString: '*' })).toMatchObject({
    code: 'ResourceNotFoundException',
    status: 404,
  });
  const { error } = await startIndexed();
  expect(await error('SearchIndex', { queryString: '*', indexName: 'AWS_Other' })).toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('an index that is being built is IndexNotReadyException 400', async () => {
  const { error, clock, find } = await startIndexed({ indexBuildTime: 5000 });
  clock.time += 4999;
  expect(await error('SearchIndex', { queryString: '*' })).toMatchObject({
    code: 'IndexNotReadyException',
    status: 400,
  });
  clock.time += 1;
  expect(await find('*')).toHaveLength(3);
});

describe('a job that succeeds', () => {
  type Run = (operation: string, input: object) => Promise<unknown>;
  async function deploy(versionUpdateByJobsConfig: object, beforeEnd: (run: Run) => unknown = () => undefined) {
    const started = await startIndexed();
    const { run, iot } = started;
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    await run('UpdatePackageConfiguration', { versionUpdateByJobsConfig });
    const targets = [thingArn('thing-3')];
    await run('CreateJob', { jobId: 'j', targets, document: '{}', destinationPackageVersions: [VERSION_ARN] });
    await beforeEnd(run);
    iot.devices.advance('thing-3', 'j', 'SUCCEEDED');
    return started.find(`${field('brake\\-ecu')}:"1.0.0"`);
  }

  test('writes its versions into the shadow, where the package configuration says so', async () => {
    expect(await deploy({ enabled: true })).toEqual(['thing-1', 'thing-3']);
    expect(await deploy({ enabled: false })).toEqual(['thing-1']);
  });

  test('cannot write a version that was deleted meanwhile', async () => {
    const version = { packageName: 'brake-ecu', versionName: '1.0.0' };
    expect(await deploy({ enabled: true }, run => run('DeletePackageVersion', version))).toEqual(['thing-1']);
  });
});
