import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { Stack } from './stack';

const VERSION = SoftwarePackageResourceType.VERSION;
const PACKAGE = 'brake-ecu';
const KEY = 'fleet/release 2.0+hash.zip';
const environment = { ...process.env };

let aws: LocalAws;
let stack: Stack;
let first: string;

const upload = async (bucket = 'staging') =>
  (await aws.call('s3', 'PutObject', { Bucket: bucket, Key: KEY, Body: Buffer.from('zip') })).VersionId as string;
const remove = () => aws.call('s3', 'DeleteObject', { Bucket: 'staging', Key: KEY });
const properties = (more: object = {}, Bucket = 'staging') => ({
  PackageName: PACKAGE,
  VersionName: '1.0.0',
  Artifact: { Bucket, Key: KEY, ResolveVersion: true },
  ...more,
});
const location = () => {
  const { artifact } = aws.iot.describe(PACKAGE)!.versions['1.0.0'];
  return (artifact as { s3Location?: { version?: string } } | undefined)?.s3Location;
};

beforeEach(async () => {
  aws = await LocalAws.start();
  process.env = {
    ...environment,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'AKIADEVELOPER',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  await aws.iot.createPackage(PACKAGE);
  await aws.call('s3', 'CreateBucket', { Bucket: 'staging' });
  await aws.call('s3', 'PutBucketVersioning', { Bucket: 'staging', VersioningConfiguration: { Status: 'Enabled' } });
  first = await upload();
  stack = new Stack(aws);
});
afterEach(async () => {
  process.env = environment;
  await aws.stop();
});

describe('the version of an artifact’s object is looked up', () => {
  test('and sent', async () => {
    expect(await stack.create(VERSION, 'V', properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(location()).toEqual({ bucket: 'staging', key: KEY, version: first });
  });

  test('and none is sent where the bucket keeps none', async () => {
    aws.iot.behavior.artifactWithoutVersion = 'taken';
    await aws.call('s3', 'CreateBucket', { Bucket: 'plain' });
    await upload('plain');
    expect(await stack.create(VERSION, 'V', properties({}, 'plain'))).toMatchObject({ Status: 'SUCCESS' });
    expect(location()?.version).toBeUndefined();
  });

  test('at an update again: a draft gets what was uploaded again', async () => {
    const { PhysicalResourceId } = await stack.create(VERSION, 'V', properties());
    const second = await upload();
    const updated = await stack.update(VERSION, 'V', {
      id: PhysicalResourceId,
      properties: properties({ Salt: '2' }),
      old: properties(),
    });
    expect(updated.Status).toBe('SUCCESS');
    expect(location()?.version).toBe(second);
  });

  test('at an update again: a published version keeps its own, since the bytes are the same', async () => {
    const published = properties({ Status: 'PUBLISHED' });
    const { PhysicalResourceId } = await stack.create(VERSION, 'V', published);
    await upload();
    const described = { ...published, Description: 'new' };
    const updated = await stack.update(VERSION, 'V', { id: PhysicalResourceId, properties: described, old: published });
    expect(updated.Status).toBe('SUCCESS');
    expect(location()?.version).toBe(first);
  });

  test('and nothing of it is asked where the template names one', async () => {
    await remove();
    const Artifact = { Bucket: 'staging', Key: KEY, Version: first };
    expect(await stack.create(VERSION, 'V', properties({ Artifact }))).toMatchObject({ Status: 'SUCCESS' });
    expect(aws.calls.filter({ service: 's3', operation: 'HeadObject', via: 'http' })).toEqual([]);
  });
});

describe('where the object is missing', () => {
  test('the deployment fails before anything is written, and says what to do', async () => {
    await remove();
    const { Status, Reason } = await stack.create(VERSION, 'V', properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/the artifact is not at s3:\/\/staging\/fleet.* any more .*: deploy again to upload it/);
    expect(aws.iot.describe(PACKAGE)?.versions).toEqual({});
  });

  test.each([400, 403])('a look that S3 answers with %d fails the deployment as it is', async status => {
    const error = new ServiceError('Other', 'no', status);
    aws.faults.inject({ service: 's3', operation: 'HeadObject', times: Infinity, trouble: { error } });
    const { Status, Reason } = await stack.create(VERSION, 'V', properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`HTTP ${status}`);
    expect(Reason).not.toContain('any more');
  });

  const rolledBack = async () => {
    const { PhysicalResourceId } = await stack.create(VERSION, 'V', properties());
    stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    return () =>
      stack.update(VERSION, 'V', {
        id: PhysicalResourceId,
        properties: properties(),
        old: properties({ Salt: '2' }),
      });
  };

  test('a rollback goes on', async () => {
    const undo = await rolledBack();
    await remove();
    expect((await undo()).Status).toBe('SUCCESS');
    expect(location()?.version).toBe(first);
  });

  test.each([301, 400, 403, 500])('a rollback goes on, also where S3 answers with %d', async status => {
    const undo = await rolledBack();
    const error = new ServiceError('Other', 'no', status);
    aws.faults.inject({ service: 's3', operation: 'HeadObject', times: Infinity, trouble: { error } });
    expect((await undo()).Status).toBe('SUCCESS');
    expect(location()?.version).toBe(first);
  });
});

test('a deployment that is over while S3 throttles is not gone on with', async () => {
  const error = new ServiceError('SlowDown', 'please', 503);
  const slow = aws.faults.inject({ service: 's3', operation: 'HeadObject', times: 2, trouble: { error } });
  const { history } = stack;
  const ask = history.describeResource.bind(history);
  history.describeResource = async (...about) => {
    if (slow.hits > 0) history.resource('V', 'CREATE_FAILED');
    return ask(...about);
  };
  await expect(stack.create(VERSION, 'V', properties())).rejects.toThrow('CloudFormation was not answered');
  expect(slow.hits).toBe(1);
  expect(aws.iot.describe(PACKAGE)?.versions).toEqual({});
});

test('what S3 throttles is asked again', async () => {
  const error = new ServiceError('SlowDown', 'please', 503);
  const slow = aws.faults.inject({ service: 's3', operation: 'HeadObject', times: 2, trouble: { error } });
  expect(await stack.create(VERSION, 'V', properties())).toMatchObject({ Status: 'SUCCESS' });
  expect(slow.hits).toBe(2);
  expect(location()?.version).toBe(first);
});
