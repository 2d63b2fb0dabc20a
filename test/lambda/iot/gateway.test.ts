/** The calls of AWS IoT, by what they leave in the service and what they answer. */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { type IotGateway } from '../../../lambda/iot/gateway';
import { claimant, markTags } from '../../../lambda/runtime/ownership';
import { StalePageToken } from '../../../lambda/sweep/source';
import { PACKAGE, aws, held } from './brake-ecu';
import { gatewayOf } from './stack';

const TAGS = { team: 'brakes' };
const FIRST = '1.0.0';

let iot: IotGateway;
beforeEach(() => (iot = gatewayOf(aws)));

const arn = (resource: string) => `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
const described = () => aws.iot.describe(PACKAGE)!;
const tagged = () => described().tags;
const stopped = () => Promise.reject(new Error('stopped by its guard'));
const refused = (operation: string, code: string) =>
  aws.faults.inject({ service: 'iot', operation, trouble: { error: new ServiceError(code, 'no way', 400) } });
const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);

describe('a package', () => {
  test('is created with description and tags, and not again', async () => {
    const motor = { packageName: 'motor', description: 'for the motor' };
    expect(await iot.createPackage('motor', 'for the motor', TAGS)).toMatchObject(motor);
    expect(aws.iot.describe('motor')).toEqual({ ...motor, tags: TAGS, versions: {} });
    expect(await iot.createPackage('motor', 'other', { team: 'other' })).toBeUndefined();
    expect(aws.iot.describe('motor')).toEqual({ ...motor, tags: TAGS, versions: {} });
  });

  test('that the service refuses for another reason is not taken for one that exists', async () => {
    aws.iot.behavior.maxPackages = 1;
    await expect(iot.createPackage('motor', undefined, TAGS)).rejects.toThrow();
  });

  test('is described, found and deleted; a missing one is none, also for a deletion', async () => {
    await iot.describePackage(PACKAGE, 'for the brakes');
    expect(await iot.findPackage(PACKAGE)).toMatchObject({ packageName: PACKAGE, description: 'for the brakes' });
    await iot.deletePackage(PACKAGE);
    expect(aws.iot.packages).toEqual([]);
    expect(await iot.findPackage(PACKAGE)).toBeUndefined();
    aws.iot.behavior.deleteMissing = 'not-found';
    await expect(iot.deletePackage(PACKAGE)).resolves.toBeUndefined();
  });

  test('has a default version, and then none', async () => {
    await aws.iot.createVersion(PACKAGE, FIRST, { status: 'PUBLISHED' });
    await iot.designate(PACKAGE, FIRST);
    expect(described().defaultVersionName).toBe(FIRST);
    await iot.undesignate(PACKAGE);
    expect(described().defaultVersionName).toBeUndefined();
  });

  test('has the versions of all pages; a missing one has none', async () => {
    const all = names(101, '1.0.');
    for (const name of all) await aws.iot.createVersion(PACKAGE, name);
    expect((await iot.versionsOf(PACKAGE)).map(({ versionName }) => versionName)).toEqual(all);
    aws.iot.behavior.versionsOfMissingPackage = 'not-found';
    expect(await iot.versionsOf('motor')).toEqual([]);
    expect(await iot.listVersions('motor', undefined)).toBeUndefined();
  });
});

describe('a version', () => {
  test('is created with its content and tags, and not again', async () => {
    const content = { description: 'first', attributes: { a: '1' } };
    expect(await iot.createVersion(PACKAGE, FIRST, content, TAGS)).toMatchObject({ versionName: FIRST });
    expect(held()).toEqual({ status: 'DRAFT', ...content, tags: TAGS });
    expect(await iot.createVersion(PACKAGE, FIRST, { description: 'other' }, { team: 'other' })).toBeUndefined();
    expect(held()).toEqual({ status: 'DRAFT', ...content, tags: TAGS });
  });

  test('is changed and found; a missing one is none', async () => {
    await aws.iot.createVersion(PACKAGE, FIRST);
    await iot.updateVersion(PACKAGE, FIRST, { description: 'changed', action: 'PUBLISH' });
    expect(await iot.findVersion(PACKAGE, FIRST)).toMatchObject({ description: 'changed', status: 'PUBLISHED' });
    expect(await iot.findVersion(PACKAGE, '2.0.0')).toBeUndefined();
  });

  test('is deleted, which tells whether it was there', async () => {
    await aws.iot.createVersion(PACKAGE, FIRST);
    aws.iot.behavior.deleteMissing = 'not-found';
    expect(await iot.deleteVersion(PACKAGE, FIRST)).toBe(true);
    expect(described().versions).toEqual({});
    expect(await iot.deleteVersion(PACKAGE, FIRST)).toBe(false);
  });

  test('stays as it is where a guard stops the call', async () => {
    await aws.iot.createVersion(PACKAGE, FIRST);
    await expect(iot.updateVersion(PACKAGE, FIRST, { action: 'PUBLISH' }, stopped)).rejects.toThrow('stopped');
    await expect(iot.deleteVersion(PACKAGE, FIRST, stopped)).rejects.toThrow('stopped');
    expect(held()?.status).toBe('DRAFT');
  });

  test('has an SBOM, the files of all pages that failed its validation, and then none', async () => {
    Object.assign(aws.iot.behavior, { sbomWithoutVersion: 'taken', lookUpObjects: false, sbomValidationTime: 0 });
    const files = names(101, 'file');
    aws.iot.behavior.sbomValidation = () => [
      { fileName: 'good', validationResult: 'SUCCEEDED' },
      ...files.map(fileName => ({ fileName, validationResult: 'FAILED' }) as const),
    ];
    await aws.iot.createVersion(PACKAGE, FIRST);
    const s3Location = { bucket: 'artifacts', key: 'sbom.zip' };
    await iot.associateSbom(PACKAGE, FIRST, s3Location);
    expect(held()?.sbom).toEqual({ s3Location });
    expect((await iot.failedSbomFiles(PACKAGE, FIRST)).map(({ fileName }) => fileName)).toEqual(files);
    await iot.disassociateSbom(PACKAGE, FIRST);
    expect(held()?.sbom).toBeUndefined();
  });
});

describe('tags', () => {
  const resource = () => arn(`package/${PACKAGE}`);
  const OURS = ARTIFACT_TAGS.owner;
  const untagged = () => aws.calls.filter({ operation: 'UntagResource' }).map(({ input }) => input.tagKeys);

  test('are read, those without a value as empty; a missing resource has none', async () => {
    await aws.iot.byHand('TagResource', { resourceArn: resource(), tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] });
    expect(await iot.tagsOf(resource())).toEqual({ a: '1', b: '' });
    expect(await iot.tagsOf(arn('package/motor'))).toBeUndefined();
  });

  test('are changed: users’ tags make room first, and the library’s own go last', async () => {
    await iot.changeTags(resource(), { set: { user: '1', gone: '1', [OURS]: 'me', tidied: '1' }, remove: [] });
    aws.calls.clear();
    await iot.changeTags(resource(), { set: { user: '2' }, remove: [OURS, 'gone'], tidy: ['tidied'] });
    expect(tagged()).toEqual({ user: '2' });
    expect(aws.calls.filter({ service: 'iot' }).map(({ operation }) => operation)).toEqual([
      'UntagResource',
      'TagResource',
      'UntagResource',
      'UntagResource',
    ]);
    expect(untagged()).toEqual([['gone'], [OURS], ['tidied']]);
  });

  test('that nobody changes cost no call', async () => {
    aws.calls.clear();
    await iot.changeTags(resource(), { set: {}, remove: [], tidy: [] });
    await iot.changeTags(resource(), { set: {}, remove: [] });
    expect(aws.calls.filter({ service: 'iot' })).toEqual([]);
  });

  test('that are only tidied stay where that is denied; anything else that goes wrong is told', async () => {
    await iot.changeTags(resource(), { set: { tidied: '1' }, remove: [] });
    const tidy = () => iot.changeTags(resource(), { set: {}, remove: [], tidy: ['tidied'] });
    refused('UntagResource', 'UnauthorizedException');
    await tidy();
    expect(tagged()).toEqual({ tidied: '1' });
    refused('UntagResource', 'InvalidRequestException');
    await expect(tidy()).rejects.toThrow('no way');
    refused('UntagResource', 'UnauthorizedException');
    await expect(iot.changeTags(resource(), { set: {}, remove: ['tidied'] })).rejects.toThrow('no way');
  });

  test('are the record of the owner, whom the claim still names where somebody has removed the owner', async () => {
    const stackId = (name: string) => `arn:aws:cloudformation:${aws.region}:${aws.account}:stack/${name}/0a1b`;
    const adopter = { ...claimant(stackId('adopter'), 'V'), mark: { sentAt: Date.now(), hash: '1a2b3c4d' } };
    const record = iot.ownerRecord(resource(), ARTIFACT_TAGS, stackId('former'));
    await record.change({ set: { [OURS]: adopter.ownerId, ...markTags(ARTIFACT_TAGS, adopter) }, remove: [] });
    expect(await record.read()).toEqual(tagged());
    await record.change({ set: {}, remove: [OURS] });
    expect(tagged()).not.toHaveProperty([OURS]);
    expect(await record.read()).toMatchObject({ [OURS]: adopter.ownerId });
    expect(record.removesOthers).toBe(true);
    expect(await iot.ownerRecord(arn('package/motor'), ARTIFACT_TAGS, stackId('former')).read()).toBeUndefined();
  });
});

describe('the fleet index', () => {
  beforeEach(async () => {
    await aws.call('iot', 'UpdateIndexingConfiguration', {
      thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY' },
    });
    aws.iot.devices.add('thing-1');
  });

  test('tells its configuration, and whether a query finds anything', async () => {
    expect(await iot.indexing()).toMatchObject({ thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY' } });
    expect(await iot.findsAnything('thingName:thing-1')).toBe(true);
    expect(await iot.findsAnything('thingName:thing-2')).toBe(false);
  });
});

describe('jobs', () => {
  const job = (jobId: string, more: object = {}) =>
    aws.iot.byHand('CreateJob', { jobId, targets: [arn('thinggroup/fleet')], document: '{}', ...more });
  const execution = () => ({ jobId: 'ota', thingName: 'thing-1', executionNumber: first() });
  const first = () => aws.iot.behavior.firstExecutionNumber;
  const left = () => aws.iot.describeJob('ota')?.executions.map(({ status }) => status);
  beforeEach(() => aws.iot.devices.add(['thing-1', 'thing-2'], { groups: ['fleet'] }));

  test('are listed page by page, by state and by namespace', async () => {
    for (const id of names(251, 'job')) await job(id);
    const { jobs, nextToken } = await iot.listJobs({}, undefined);
    expect(jobs).toHaveLength(250);
    expect((await iot.listJobs({}, nextToken)).jobs).toHaveLength(1);
    await job('ota', { namespaceId: 'greengrass' });
    const found = async (filter: object) => (await iot.listJobs(filter, undefined)).jobs?.map(({ jobId }) => jobId);
    expect(await found({ namespaceId: 'greengrass' })).toEqual(['ota']);
    expect(await found({ status: 'COMPLETED' })).toEqual([]);
  });

  test('are found as they were created, and as they were resolved; a missing one is none', async () => {
    await aws.iot.createVersion(PACKAGE, FIRST, { status: 'PUBLISHED', isDefault: true });
    const destinationPackageVersions = [arn(`package/${PACKAGE}/version/$default`)];
    await job('ota', { destinationPackageVersions });
    expect(await iot.findJob('ota', { beforeSubstitution: true })).toMatchObject({ destinationPackageVersions });
    expect((await iot.findJob('ota'))?.destinationPackageVersions).toEqual([
      arn(`package/${PACKAGE}/version/${FIRST}`),
    ]);
    expect(await iot.findJob('gone')).toBeUndefined();
  });

  test('have executions, by job and by thing; what is missing has none', async () => {
    aws.iot.devices.add(names(249, 'other-'), { groups: ['fleet'] });
    await job('ota');
    await job('config', { namespaceId: 'greengrass' });
    const { executionSummaries, nextToken } = (await iot.listExecutionsOfJob('ota', undefined))!;
    expect(executionSummaries).toHaveLength(250);
    expect((await iot.listExecutionsOfJob('ota', nextToken))?.executionSummaries).toHaveLength(1);
    expect(await iot.listExecutionsOfJob('gone', undefined)).toBeUndefined();

    const ofThing = async (filter: { jobId?: string; namespaceId?: string }) =>
      (await iot.listExecutionsOfThing({ thingName: 'thing-1', ...filter }))?.executionSummaries?.map(
        ({ jobId }) => jobId,
      );
    expect(await ofThing({})).toEqual(['ota', 'config']);
    expect(await ofThing({ jobId: 'ota' })).toEqual(['ota']);
    expect(await ofThing({ namespaceId: 'greengrass' })).toEqual(['config']);
    aws.iot.behavior.executionsOfMissingThing = 'not-found';
    expect(await iot.listExecutionsOfThing({ thingName: 'nobody' })).toBeUndefined();
  });

  test('have an execution by its number; another number is none', async () => {
    await job('ota');
    expect(await iot.findExecution(execution())).toMatchObject({ jobId: 'ota', status: 'QUEUED' });
    expect(await iot.findExecution({ ...execution(), executionNumber: 2 })).toBeUndefined();
  });

  test('have executions that are canceled only while they are queued', async () => {
    await job('ota');
    await expect(iot.cancelExecution(execution(), stopped)).rejects.toThrow('stopped');
    expect(left()).toEqual(['QUEUED', 'QUEUED']);
    await iot.cancelExecution(execution());
    expect(left()).toEqual(['CANCELED', 'QUEUED']);
    aws.iot.devices.advance('thing-2', 'ota', 'IN_PROGRESS');
    await expect(iot.cancelExecution({ ...execution(), thingName: 'thing-2' })).rejects.toThrow();
  });

  test('have executions that are deleted, with force those in progress, and only in their namespace', async () => {
    await job('ota', { namespaceId: 'greengrass' });
    aws.iot.devices.advance('thing-1', 'ota', 'IN_PROGRESS');
    const namespaceId = 'greengrass';
    await expect(iot.deleteExecution(execution(), { force: true, namespaceId }, stopped)).rejects.toThrow('stopped');
    await expect(iot.deleteExecution(execution(), { force: false, namespaceId })).rejects.toThrow();
    await expect(iot.deleteExecution(execution(), { force: true, namespaceId: 'other' })).rejects.toThrow();
    expect(left()).toEqual(['IN_PROGRESS', 'QUEUED']);
    await iot.deleteExecution(execution(), { force: true, namespaceId });
    expect(left()).toEqual(['QUEUED']);
  });

  test('are deleted, with force those in progress, and only in their namespace', async () => {
    await job('ota', { namespaceId: 'greengrass' });
    const namespaceId = 'greengrass';
    await expect(iot.deleteJob('ota', { force: true, namespaceId }, stopped)).rejects.toThrow('stopped');
    await expect(iot.deleteJob('ota', { force: false, namespaceId })).rejects.toThrow();
    await expect(iot.deleteJob('ota', { force: true, namespaceId: 'other' })).rejects.toThrow();
    expect(aws.iot.describeJob('ota')?.status).toBe('IN_PROGRESS');
    await iot.deleteJob('ota', { force: true, namespaceId });
    expect(aws.iot.describeJob('ota')?.status).toBe('DELETION_IN_PROGRESS');
  });
});

describe('a page whose token has expired is stale', () => {
  const lists: [string, string, (token?: string) => Promise<unknown>][] = [
    ['versions', 'ListPackageVersions', token => iot.listVersions(PACKAGE, token)],
    ['jobs', 'ListJobs', token => iot.listJobs({}, token)],
    ['executions of a job', 'ListJobExecutionsForJob', token => iot.listExecutionsOfJob('ota', token)],
    [
      'executions of a thing',
      'ListJobExecutionsForThing',
      token => iot.listExecutionsOfThing({ thingName: 't' }, token),
    ],
  ];

  test.each(lists)('%s', async (_, operation, list) => {
    for (const code of ['InvalidRequestException', 'ValidationException']) {
      refused(operation, code);
      await expect(list('expired')).rejects.toThrow(StalePageToken);
      refused(operation, code);
      await expect(list()).rejects.toMatchObject({ name: code });
    }
    refused(operation, 'ThrottlingException');
    await expect(list('expired')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
