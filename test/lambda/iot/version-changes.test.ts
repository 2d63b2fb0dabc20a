/** The changes that bring a version to its wanted state, and those that undo them. */
import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { type PackageVersionAction, type SoftwarePackageVersionProperties } from '../../../contract/iot';
import { type IotGateway } from '../../../lambda/iot/gateway';
import { applyDiff, failOn, undoDiff } from '../../../lambda/iot/version-changes';
import { type VersionDiff } from '../../../lambda/iot/version-diff';
import { Deadline } from '../../../lambda/runtime/clock';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { SteppingClock } from '../../../testing/clock';
import { gatewayOf } from './stack';

const PackageName = 'brake-ecu';
const VersionName = '1.0.0';
const AT = { PackageName, VersionName };
const SBOM = { Bucket: 'artifacts', Key: 'sbom.zip' };
const OTHER = { Bucket: 'artifacts', Key: 'other.zip' };
const NOTHING: VersionDiff = { content: {}, actions: [], impossible: [], leftovers: [] };

let clock: SteppingClock;
let aws: LocalAws;
let gateway: IotGateway;
let phase: StackPhase;
/** What the event was asked, and warned of. */
let asked: string[];
let warned: object[];

beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  Object.assign(aws.iot.behavior, { lookUpObjects: false, sbomWithoutVersion: 'taken', sbomValidationTime: 3_000 });
  aws.iot.behavior.sbomValidation = () => [];
  await aws.iot.createPackage(PackageName);
  await aws.iot.createVersion(PackageName, VersionName);
  gateway = gatewayOf(aws);
  phase = 'deploying';
  [asked, warned] = [[], []];
});
afterEach(() => aws.stop());

function toolsFor(more: Partial<SoftwarePackageVersionProperties> = {}) {
  const scope = {
    clock,
    deadline: new Deadline(clock, clock.now() + 60_000),
    log: { info() {}, warn: (_message: string, fields: object) => void warned.push(fields) },
    operation: { confirm: async (after?: string) => void asked.push(after ?? 'now') },
    stackPhase: async () => phase,
  } as unknown as Scope;
  return { gateway, wanted: { ...AT, ...more }, scope, unlessRefused: (step: () => Promise<void>) => step() };
}

const held = () => aws.iot.describe(PackageName)?.versions[VersionName];
const update = (input: object) =>
  aws.iot.byHand('UpdatePackageVersion', { packageName: PackageName, versionName: VersionName, ...input });
const publish = () => update({ action: 'PUBLISH' });
const associate = ({ Bucket, Key }: typeof SBOM) =>
  aws.iot.byHand('AssociateSbomWithPackageVersion', {
    packageName: PackageName,
    versionName: VersionName,
    sbom: { s3Location: { bucket: Bucket, key: Key } },
  });
const remove = () => aws.iot.byHand('DeletePackageVersion', { packageName: PackageName, versionName: VersionName });
const refused = (operation: string, code: string, options: { times?: number; status?: number } = {}) => {
  const { times, status = 409 } = options;
  return aws.faults.inject({
    service: 'iot',
    operation,
    times,
    trouble: { error: new ServiceError(code, 'no', status) },
  });
};
/** Does something by hand just before the service takes a call of the operation. */
const before = (operation: string, nth: number, work: () => unknown) => {
  let calls = 0;
  const match = () => {
    if (++calls === nth) void work();
    return false;
  };
  aws.faults.inject({ service: 'iot', operation, match, trouble: { cut: 'before' } });
};
const sbomOf = () => (held()?.sbom as { s3Location?: { key?: string } } | undefined)?.s3Location?.key;

describe('a difference', () => {
  test('of nothing makes no call', async () => {
    aws.calls.clear();
    expect(await applyDiff(toolsFor(), NOTHING)).toBeUndefined();
    expect(aws.calls.filter({ service: 'iot' })).toEqual([]);
  });

  test.each<[string, Partial<VersionDiff>, object]>([
    ['of the description', { content: { description: 'new' } }, { description: 'new', status: 'DRAFT' }],
    ['of the state', { actions: ['PUBLISH', 'DEPRECATE'] }, { status: 'DEPRECATED' }],
    ['of the SBOM', { sbom: { associate: SBOM } }, { sbom: { s3Location: { bucket: 'artifacts', key: 'sbom.zip' } } }],
  ])('%s is written, and what is there afterwards is returned', async (_what, diff, expected) => {
    expect(await applyDiff(toolsFor(), { ...NOTHING, ...diff })).toMatchObject(expected);
    expect(held()).toMatchObject(expected);
  });

  test('without an SBOM takes it off', async () => {
    await associate(SBOM);
    const after = await applyDiff(toolsFor(), { ...NOTHING, sbom: 'disassociate' });
    expect(after?.sbom).toBeUndefined();
    expect(sbomOf()).toBeUndefined();
  });

  test('of the state asks before each step whether the event is current', async () => {
    await applyDiff(toolsFor(), { ...NOTHING, actions: ['PUBLISH', 'DEPRECATE'] });
    expect(asked).toEqual(['now', 'now']);
  });

  test('of a version that vanishes fails, and says so', async () => {
    before('GetPackageVersion', 1, remove);
    await expect(applyDiff(toolsFor(), { ...NOTHING, content: { description: 'new' } })).rejects.toThrow(
      'version 1.0.0 of brake-ecu vanished while it was written',
    );
  });

  test('that the service ends with a reason fails with it', async () => {
    aws.iot.behavior.errorReason = () => 'cannot read it';
    await expect(applyDiff(toolsFor(), { ...NOTHING, content: { description: 'new' } })).rejects.toThrow(
      'AWS IoT reports for version 1.0.0 of brake-ecu: cannot read it',
    );
    expect(() => failOn(undefined, AT)).not.toThrow();
  });
});

describe('a step that the service refuses', () => {
  test.each<[string, PackageVersionAction, number]>([
    ['published', 'PUBLISH', 1],
    ['deprecated', 'DEPRECATE', 2],
  ])('is done if the version is %s', async (_what, action, steps) => {
    await publish();
    if (steps === 2) await update({ action: 'DEPRECATE' });
    refused('UpdatePackageVersion', 'ConflictException');
    await applyDiff(toolsFor(), { ...NOTHING, actions: [action] });
  });

  test.each<[string, PackageVersionAction, () => unknown]>([
    ['is a draft', 'PUBLISH', () => {}],
    ['is published', 'DEPRECATE', publish],
    [
      'is deprecated',
      'PUBLISH',
      async () => {
        await publish();
        await update({ action: 'DEPRECATE' });
      },
    ],
    ['is gone', 'PUBLISH', remove],
  ])('fails if the version %s', async (_what, action, prepare) => {
    await prepare();
    refused('UpdatePackageVersion', 'ConflictException');
    await expect(applyDiff(toolsFor(), { ...NOTHING, actions: [action] })).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });

  test('for want of a permission fails, whatever the version is', async () => {
    await publish();
    refused('UpdatePackageVersion', 'UnauthorizedException', { status: 401 });
    await expect(applyDiff(toolsFor(), { ...NOTHING, actions: ['PUBLISH'] })).rejects.toMatchObject({
      name: 'UnauthorizedException',
    });
  });
});

describe('an SBOM', () => {
  const associated = (more: object = {}) =>
    applyDiff(toolsFor({ Sbom: SBOM, ...more }), { ...NOTHING, sbom: { associate: SBOM }, actions: ['PUBLISH'] });
  const validated = () => associated({ WaitForSbomValidation: true });

  test('that comes while too many are validated is tried again, as long as the event is current', async () => {
    refused('AssociateSbomWithPackageVersion', 'LimitExceededException', { times: 2 });
    await associated();
    expect(sbomOf()).toBe('sbom.zip');
    expect(asked).toEqual(['wait', 'wait', 'now']);
  });

  test('for which there is no room fails, and says what to do', async () => {
    refused('AssociateSbomWithPackageVersion', 'ServiceQuotaExceededException', { times: Infinity });
    await expect(associated()).rejects.toThrow('refused that of version 1.0.0 of brake-ecu; deploy again later');
  });

  test('that the service refuses for another reason fails at once', async () => {
    refused('AssociateSbomWithPackageVersion', 'ValidationException');
    await expect(associated()).rejects.toMatchObject({ name: 'ValidationException' });
    expect(clock.sleeps).toEqual([]);
  });

  test('is not waited for unless the template says so', async () => {
    expect(await associated()).toMatchObject({ status: 'PUBLISHED', sbomValidationStatus: 'IN_PROGRESS' });
    expect(
      await applyDiff(toolsFor({ WaitForSbomValidation: true }), { ...NOTHING, content: { description: 'd' } }),
    ).toMatchObject({
      description: 'd',
    });
  });

  test('is validated before the version is published, and then the event must be current', async () => {
    let published = 0;
    before('UpdatePackageVersion', 1, () => (published = clock.now()));
    const began = clock.now();
    await validated();
    expect(published - began).toBeGreaterThanOrEqual(3_000);
    expect(held()).toMatchObject({ status: 'PUBLISHED', sbomValidationStatus: 'SUCCEEDED' });
    expect(asked).toEqual(['wait', 'now']);
  });

  test('that is valid already is not waited for, and asks nothing of the stack', async () => {
    aws.iot.behavior.sbomValidationTime = 0;
    phase = 'rolling-back';
    await validated();
    expect(clock.sleeps).toEqual([]);
    expect(warned).toEqual([]);
  });

  test('does not hold up a rollback, which says so', async () => {
    phase = 'rolling-back';
    await validated();
    expect(clock.sleeps).toEqual([]);
    expect(warned).toEqual([{ packageName: PackageName, versionName: VersionName, status: 'IN_PROGRESS' }]);
    expect(held()?.status).toBe('PUBLISHED');
  });

  test.each<[string, () => unknown]>([
    [
      'is taken off',
      () =>
        aws.iot.byHand('DisassociateSbomFromPackageVersion', { packageName: PackageName, versionName: VersionName }),
    ],
    ['is exchanged', () => associate(OTHER)],
    ['goes with its version', remove],
  ])('that %s meanwhile fails, and the version stays a draft', async (_what, work) => {
    before('GetPackageVersion', 3, work);
    await expect(validated()).rejects.toThrow(
      'the SBOM of version 1.0.0 of brake-ecu was removed while the deployment waited',
    );
    expect(held()?.status).not.toBe('PUBLISHED');
  });

  test('whose validation does not end in time fails, and says what to do', async () => {
    aws.iot.behavior.sbomValidationTime = 120_000;
    await expect(validated()).rejects.toThrow('is still being validated; deploy without waitForSbomValidation');
  });

  test('that is not valid fails with the errors of each file', async () => {
    aws.iot.behavior.sbomValidation = () => [
      { fileName: 'a.json', validationResult: 'FAILED', errorCode: 'INCOMPATIBLE_FORMAT', errorMessage: 'not SPDX' },
      { fileName: 'b.json', validationResult: 'FAILED' },
      { fileName: 'c.json', validationResult: 'SUCCEEDED' },
    ];
    await expect(validated()).rejects.toThrow(
      /brake-ecu is not valid: a\.json: INCOMPATIBLE_FORMAT not SPDX, b\.json:$/,
    );
    expect(held()?.status).toBe('DRAFT');
  });
});

describe('what an overtaken event has written is undone:', () => {
  const undone = async (wanted: Partial<SoftwarePackageVersionProperties>, diff: Partial<VersionDiff>) => {
    const found = await gateway.findVersion(PackageName, VersionName);
    await undoDiff(toolsFor(wanted), found!, { ...NOTHING, ...diff });
  };

  interface Sboms {
    /** What the event wants. Absent: none. */
    readonly wanted?: typeof SBOM;
    /** What the version has now. */
    readonly now?: typeof SBOM;
    /** What CloudFormation wants by now. */
    readonly sbom?: VersionDiff['sbom'];
  }

  test.each<[string, Sboms, string | undefined]>([
    ['an SBOM that it has associated is taken off', { wanted: SBOM, now: SBOM, sbom: 'disassociate' }, undefined],
    ['an SBOM that it has exchanged returns', { wanted: SBOM, now: SBOM, sbom: { associate: OTHER } }, 'other.zip'],
    ['an SBOM that it has taken off returns', { sbom: { associate: OTHER } }, 'other.zip'],
    ['an SBOM of somebody else stays', { wanted: SBOM, now: OTHER, sbom: 'disassociate' }, 'other.zip'],
    ['an SBOM that somebody has associated after it stays', { now: OTHER, sbom: 'disassociate' }, 'other.zip'],
    ['an SBOM that somebody has taken off stays off', { wanted: SBOM, sbom: { associate: OTHER } }, undefined],
    ['an SBOM that is as it must be stays', { wanted: SBOM, now: SBOM }, 'sbom.zip'],
  ])('%s', async (_what, { wanted, now, sbom }, expected) => {
    if (now) await associate(now);
    await undone({ Sbom: wanted }, { sbom });
    expect(sbomOf()).toBe(expected);
  });

  test.each<[string, SoftwarePackageVersionProperties['Status'], string]>([
    ['the state that it has written', 'PUBLISHED', 'DEPRECATED'],
    ['not the state that somebody else has written', 'DEPRECATED', 'PUBLISHED'],
  ])('%s', async (_what, Status, expected) => {
    await publish();
    await undone({ Status }, { actions: ['DEPRECATE'] });
    expect(held()?.status).toBe(expected);
  });

  test('not a draft, which would be published', async () => {
    await undone({ Status: 'DRAFT' }, { actions: ['PUBLISH'] });
    expect(held()?.status).toBe('DRAFT');
  });
});
