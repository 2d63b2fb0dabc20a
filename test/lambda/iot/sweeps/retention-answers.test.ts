/** What a retention of package versions makes of the answers of AWS IoT. */
import { PACKAGE, refusal } from './iot-sweep';
import { aws, left, publish, sweepOf } from './package-under-retention';

const answering = (operation: string, code: string, times = 100) =>
  aws.faults.inject({ service: 'iot', operation, times, trouble: { error: refusal(code) } });
const designate = (defaultVersionName: string) =>
  aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName });
const statusOf = (version: string) => aws.iot.describe(PACKAGE)?.versions[version]?.status;

beforeEach(() => publish('1.0.0', '2.0.0'));

test('a package that goes before its versions are listed leaves nothing to do', async () => {
  answering('ListPackageVersions', 'ResourceNotFoundException');
  const { status, state } = await sweepOf().run();
  expect({ status, state }).toMatchObject({ status: 'SUCCEEDED', state: { outcome: { counts: { removed: 0 } } } });
});

test('a package that goes after its versions were listed has no default that would protect one', async () => {
  answering('GetPackage', 'ResourceNotFoundException');
  expect(await sweepOf().counts()).toMatchObject({ removed: 1, failed: 0 });
});

test('a dry run does not say that the default version would go', async () => {
  await designate('1.0.0');
  const sweep = sweepOf({ rules: { keepLatest: 1, dryRun: true } });
  await sweep.run();
  expect(sweep.records('would-remove')).toEqual([]);
});

describe('a deprecation', () => {
  const deprecate = () => sweepOf({ action: 'DEPRECATE', protectInActiveJobs: false });

  test('of a version that is gone is fine', async () => {
    answering('UpdatePackageVersion', 'ResourceNotFoundException', 1);
    expect(await deprecate().counts()).toMatchObject({ gone: 1, failed: 0 });
  });

  test('that meets another state keeps the version', async () => {
    answering('UpdatePackageVersion', 'ConflictException');
    const sweep = deprecate();
    expect((await sweep.run()).status).toBe('SUCCEEDED');
    expect(sweep.kept['1.0.0']).toBe('NO_TRANSITION');
  });

  test('that the service refuses otherwise is a failure', async () => {
    answering('UpdatePackageVersion', 'ValidationException');
    expect(await deprecate().counts()).toMatchObject({ removed: 0, failed: 1 });
  });

  test('that is refused spares what has become the default', async () => {
    let isDefault = false;
    aws.faults.inject({
      service: 'iot',
      operation: 'UpdatePackageVersion',
      match: () => {
        if (!isDefault) void designate('1.0.0');
        return (isDefault = true);
      },
      trouble: { error: refusal('ThrottlingException', 429) },
    });
    const sweep = deprecate();
    await sweep.run();
    expect(sweep.kept['1.0.0']).toBe('DEFAULT_VERSION');
    expect(statusOf('1.0.0')).toBe('PUBLISHED');
  });
});

test('a deletion that meets another state is a failure', async () => {
  answering('DeletePackageVersion', 'ConflictException');
  expect(await sweepOf().counts()).toMatchObject({ removed: 0, failed: 1 });
  expect(left()).toEqual(['1.0.0', '2.0.0']);
});
