import {
  CreatePackageCommand,
  CreatePackageVersionCommand,
  DeletePackageVersionCommand,
  GetPackageVersionCommand,
  IoTClient,
  ListPackageVersionsCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  UpdateIndexingConfigurationCommand,
  UpdatePackageVersionCommand,
  ConflictException,
} from '@aws-sdk/client-iot';
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
