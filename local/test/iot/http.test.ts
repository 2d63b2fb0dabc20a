import {
  AssociateSbomWithPackageVersionCommand,
  ConflictException,
  CreateJobCommand,
  CreatePackageCommand,
  CreatePackageVersionCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeletePackageVersionCommand,
  DescribeJobCommand,
  GetPackageVersionCommand,
  InvalidStateTransitionException,
  IoTClient,
  ListJobExecutionsForJobCommand,
  ListPackageVersionsCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  SearchIndexCommand,
  UpdateIndexingConfigurationCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { strToU8, zipSync } from 'fflate';
import { LocalAws } from '../../src';
import { PACKAGE, VERSION } from './harness';

let aws: LocalAws;
let client: IoTClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  const credentials = { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' };
  client = new IoTClient({ endpoint: aws.endpoint, region: aws.region, credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await aws.stop();
});

test('the SDK speaks to it: members in path, query string and body, dates, lists, errors with members', async () => {
  const { packageArn } = await client.send(new CreatePackageCommand({ ...PACKAGE, tags: { team: 'ecu' } }));
  expect(packageArn).toBe(`arn:aws:iot:us-east-1:${aws.account}:package/brake-ecu`);
  await client.send(new CreatePackageVersionCommand({ ...VERSION, attributes: { a: '1' } }));
  await client.send(new UpdatePackageVersionCommand({ ...VERSION, action: 'PUBLISH' }));
  await client.send(new CreatePackageVersionCommand({ ...PACKAGE, versionName: '2.0.0' }));

  const version = await client.send(new GetPackageVersionCommand(VERSION));
  expect(version).toMatchObject({ ...VERSION, attributes: { a: '1' }, status: 'PUBLISHED' });
  expect(version.creationDate).toBeInstanceOf(Date);

  const listed = await client.send(new ListPackageVersionsCommand({ ...PACKAGE, status: 'PUBLISHED', maxResults: 1 }));
  expect(listed.packageVersionSummaries?.map(({ versionName }) => versionName)).toEqual(['1.0.0']);
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: packageArn }));
  expect(tags).toEqual([{ Key: 'team', Value: 'ecu' }]);

  const conflict = await client.send(new CreatePackageCommand(PACKAGE)).catch((error: unknown) => error);
  expect(conflict).toBeInstanceOf(ConflictException);
  expect(conflict).toMatchObject({ resourceId: 'brake-ecu', $metadata: { httpStatusCode: 409 } });

  await client.send(new DeletePackageVersionCommand(VERSION));
  const missing = client.send(new GetPackageVersionCommand(VERSION));
  await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException);
});

test('the indexing configuration is a POST', async () => {
  const thingIndexingConfiguration = { thingIndexingMode: 'REGISTRY' } as const;
  await client.send(new UpdateIndexingConfigurationCommand({ thingIndexingConfiguration }));
  expect(await aws.iot.byHand('GetIndexingConfiguration', {})).toMatchObject({ thingIndexingConfiguration });
});

test('artifacts and SBOMs are looked up in the local S3', async () => {
  await aws.call('s3', 'CreateBucket', { Bucket: 'firmware' });
  const versionName = '3.0.0';
  const artifact = { s3Location: { bucket: 'firmware', key: '3.bin' } };
  const create = () => client.send(new CreatePackageVersionCommand({ ...PACKAGE, versionName, artifact }));
  await expect(create()).rejects.toThrow('s3://firmware/3.bin of the artifact cannot be read: NoSuchKey');
  await aws.call('s3', 'PutObject', { Bucket: 'firmware', Key: '3.bin', Body: Buffer.from('3') });
  expect(await create()).toMatchObject({ status: 'DRAFT' });

  const archive = zipSync({ 'bom.json': strToU8('{"bomFormat":"CycloneDX"}') });
  await aws.call('s3', 'PutBucketVersioning', {
    Bucket: 'firmware',
    VersioningConfiguration: { Status: 'Enabled' },
  });
  const Body = Buffer.from(archive);
  const { VersionId } = await aws.call('s3', 'PutObject', { Bucket: 'firmware', Key: 'bom.zip', Body });
  const sbom = { s3Location: { bucket: 'firmware', key: 'bom.zip', version: VersionId } };
  const associate = () => client.send(new AssociateSbomWithPackageVersionCommand({ ...PACKAGE, versionName, sbom }));
  await expect(associate()).rejects.toThrow('does not let iot.amazonaws.com read');
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'iot.amazonaws.com' },
    Action: 's3:GetObjectVersion',
    Resource: 'arn:aws:s3:::firmware/bom.zip',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await aws.call('s3', 'PutBucketPolicy', { Bucket: 'firmware', Policy });
  expect(await associate()).toMatchObject({ sbomValidationStatus: 'IN_PROGRESS' });
});

test('jobs, executions and the index', async () => {
  aws.iot.behavior.firstExecutionNumber = 2_939_653_338;
  aws.iot.devices.add(['thing-1', 'thing-2'], { groups: ['fleet'] });
  const targets = [`arn:aws:iot:us-east-1:${aws.account}:thinggroup/fleet`];
  await client.send(new CreateJobCommand({ jobId: 'ota', targets, document: '{}' }));
  aws.iot.devices.advance('thing-1', 'ota', 'SUCCEEDED');

  const list = new ListJobExecutionsForJobCommand({ jobId: 'ota', status: 'SUCCEEDED', maxResults: 250 });
  const { executionSummaries } = await client.send(list);
  const executionNumber = executionSummaries![0].jobExecutionSummary!.executionNumber!;
  expect(executionNumber).toBe(2_939_653_338);
  await client.send(new DeleteJobExecutionCommand({ jobId: 'ota', thingName: 'thing-1', executionNumber }));

  const refused = client.send(new DeleteJobCommand({ jobId: 'ota' }));
  await expect(refused).rejects.toBeInstanceOf(InvalidStateTransitionException);
  await client.send(new DeleteJobCommand({ jobId: 'ota', force: true }));
  const { job } = await client.send(new DescribeJobCommand({ jobId: 'ota' }));
  expect(job).toMatchObject({ status: 'DELETION_IN_PROGRESS', jobProcessDetails: { numberOfQueuedThings: 1 } });
  expect(job!.createdAt).toBeInstanceOf(Date);

  const { things } = await client.send(new SearchIndexCommand({ queryString: 'thingName:thing\\-2' }));
  expect(things?.map(({ thingName }) => thingName)).toEqual(['thing-2']);
});
