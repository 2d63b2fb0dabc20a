import { startIot } from './harness';

const ON = {
  thingIndexingMode: 'REGISTRY_AND_SHADOW',
  namedShadowIndexingMode: 'ON',
  filter: { namedShadowNames: ['$package'] },
};
const OFF = {
  thingIndexingMode: 'OFF',
  thingConnectivityIndexingMode: 'OFF',
  deviceDefenderIndexingMode: 'OFF',
  namedShadowIndexingMode: 'OFF',
};

test('fleet indexing is off in a new account', async () => {
  expect(await startIot().run('GetIndexingConfiguration')).toEqual({
    thingIndexingConfiguration: OFF,
    thingGroupIndexingConfiguration: { thingGroupIndexingMode: 'OFF' },
  });
});

test('it is turned on for things and groups apart, and off again', async () => {
  const { run } = startIot();
  await run('UpdateIndexingConfiguration', { thingIndexingConfiguration: ON });
  await run('UpdateIndexingConfiguration', { thingGroupIndexingConfiguration: { thingGroupIndexingMode: 'ON' } });
  expect(await run('GetIndexingConfiguration')).toEqual({
    thingIndexingConfiguration: { ...OFF, ...ON },
    thingGroupIndexingConfiguration: { thingGroupIndexingMode: 'ON' },
  });
  await run('UpdateIndexingConfiguration', { thingIndexingConfiguration: { thingIndexingMode: 'OFF' } });
  expect(await run('GetIndexingConfiguration')).toMatchObject({ thingIndexingConfiguration: OFF });
});

test('a mode that an update leaves out is off afterwards', async () => {
  const { run } = startIot();
  await run('UpdateIndexingConfiguration', { thingIndexingConfiguration: ON });
  await run('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY', thingConnectivityIndexingMode: 'STATUS' },
  });
  expect((await run('GetIndexingConfiguration')).thingIndexingConfiguration).toEqual({
    ...OFF,
    thingIndexingMode: 'REGISTRY',
    thingConnectivityIndexingMode: 'STATUS',
  });
});

test.each([{}, { filter: {} }, { filter: { namedShadowNames: [] } }])(
  'named shadows are indexed by name only: not with %j',
  async filter => {
    const thingIndexingConfiguration = { ...ON, filter: undefined, ...filter };
    expect(await startIot().error('UpdateIndexingConfiguration', { thingIndexingConfiguration })).toMatchObject({
      code: 'InvalidRequestException',
    });
  },
);

test.each(['thingConnectivityIndexingMode', 'deviceDefenderIndexingMode', 'namedShadowIndexingMode'])(
  '%s cannot be on while the index of things is off',
  async mode => {
    const on = { thingConnectivityIndexingMode: 'STATUS', deviceDefenderIndexingMode: 'VIOLATIONS' };
    const thingIndexingConfiguration = {
      thingIndexingMode: 'OFF',
      [mode]: { ...on, namedShadowIndexingMode: 'ON' }[mode],
    };
    expect(await startIot().error('UpdateIndexingConfiguration', { thingIndexingConfiguration })).toMatchObject({
      code: 'InvalidRequestException',
      status: 400,
    });
  },
);
