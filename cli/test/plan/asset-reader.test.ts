import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account } from '../../src/aws/account';
import { assetReader, assetVersion, s3Access } from '../../src/plan/asset-reader';

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const account = {
  id: '111111111111',
  region: 'us-east-1',
  partition: 'aws',
  cloudFormation: { config: { credentials: async () => credentials } },
} as unknown as Account;

let folder: string;
const environment = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assets-'));
  writeFileSync(join(folder, 'schema.json'), 'from the assembly');
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true });
});

const asset = (objectKey: string, more: object = {}) => ({
  bucketName: 'assets-${AWS::AccountId}-${AWS::Region}-${AWS::Partition}-${AWS::Region}',
  objectKey,
  path: join(folder, 'schema.json'),
  isZipped: false,
  ...more,
});

const bucket = 'assets-111111111111-us-east-1-aws-us-east-1';

const assets = () => [
  asset('${AWS::AccountId}/schema.json'),
  asset('code.zip', { isZipped: true }),
  asset('made.json', { path: undefined }),
];

test('what a deployment uploads is read from the assembly, and all else from S3', async () => {
  const asked: unknown[] = [];
  const read = assetReader(assets(), account, async (object, mostBytes) => {
    asked.push([object.key, mostBytes]);
    return Buffer.from('from S3');
  });
  const text = async (at: string, key: string) => (await read({ bucket: at, key }, 100)).toString();
  expect(await text(bucket, '111111111111/schema.json')).toBe('from the assembly');
  for (const key of ['code.zip', 'made.json', 'other.json']) expect(await text(bucket, key)).toBe('from S3');
  expect(await text('other', '111111111111/schema.json')).toBe('from S3');
  expect(asked).toEqual(['code.zip', 'made.json', 'other.json', '111111111111/schema.json'].map(key => [key, 100]));
});

test('what is there has its version, and what is not uploaded yet has none', async () => {
  const missing = new Error('NoSuchKey');
  const version = assetVersion(assets(), account, async ({ key }) => {
    if (key === 'made.json') return 'v7';
    throw missing;
  });
  expect(await version({ bucket, key: 'made.json' })).toBe('v7');
  expect(await version({ bucket, key: 'code.zip' })).toBeUndefined();
  await expect(version({ bucket, key: 'other.json' })).rejects.toThrow(missing);
  await expect(version({ bucket: 'other', key: 'code.zip' })).rejects.toThrow(missing);
});

test('S3 is asked by the credentials of the user, and where the environment says', async () => {
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_ENDPOINT_URL_S3;
  expect(await s3Access(account)).toEqual({ endpoint: undefined, region: 'us-east-1', credentials });
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  expect((await s3Access(account)).endpoint).toBe('http://127.0.0.1:1');
  process.env.AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:2';
  expect((await s3Access(account)).endpoint).toBe('http://127.0.0.1:2');
});
