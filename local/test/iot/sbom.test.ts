import { strToU8, zipSync } from 'fflate';
import type { IotBehavior } from '../../src/services/iot/service';
import { VERSION, pages, startIot } from './harness';

const SBOM = { s3Location: { bucket: 'firmware', key: 'sbom.zip', version: 'v1' } };

async function startWithVersion(behavior: Partial<IotBehavior> = {}) {
  const started = startIot(behavior);
  await started.iot.createPackage('brake-ecu');
  await started.iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
  started.objects.set('firmware/sbom.zip/v1', GOOD);
  started.bucketPolicy.Statement.push({
    Effect: 'Allow',
    Principal: { Service: 'iot.amazonaws.com' },
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: 'arn:aws:s3:::firmware/*',
    Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
  });
  return started;
}

const archive = (files: Record<string, unknown>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        strToU8(typeof content === 'string' ? content : JSON.stringify(content)),
      ]),
    ),
  );
const GOOD = archive({ 'a.spdx.json': { spdxVersion: 'SPDX-2.3' }, 'b.json': { bomFormat: 'CycloneDX' } });

const associate = { ...VERSION, sbom: SBOM };
const FAILED_FILES = [
  { fileName: 'a.json', validationResult: 'SUCCEEDED' },
  { fileName: 'b.json', validationResult: 'FAILED', errorCode: 'INCOMPATIBLE_FORMAT', errorMessage: 'no SPDX' },
  { fileName: 'c.json', validationResult: 'FAILED', errorCode: 'FILE_SIZE_LIMIT_EXCEEDED', errorMessage: 'too big' },
] as const;

test('an SBOM is validated after it was attached', async () => {
  const { run, clock } = await startWithVersion({ sbomValidationTime: 3000 });
  expect(await run('AssociateSbomWithPackageVersion', associate)).toEqual({
    ...associate,
    sbomValidationStatus: 'IN_PROGRESS',
  });
  clock.time += 2999;
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbom: SBOM, sbomValidationStatus: 'IN_PROGRESS' });
  expect(await run('ListSbomValidationResults', VERSION)).toEqual({ validationResultSummaries: [] });
  clock.time += 1;
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbomValidationStatus: 'SUCCEEDED' });
});

test('one bad file fails the validation; each file has its result', async () => {
  const { run } = await startWithVersion({ sbomValidationTime: 0, sbomValidation: () => FAILED_FILES });
  await run('AssociateSbomWithPackageVersion', associate);
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbomValidationStatus: 'FAILED' });
  expect((await run('ListSbomValidationResults', VERSION)).validationResultSummaries).toEqual(FAILED_FILES);
});

test('results are paged and filtered', async () => {
  const { run } = await startWithVersion({ sbomValidationTime: 0, sbomValidation: () => FAILED_FILES });
  await run('AssociateSbomWithPackageVersion', associate);
  const input = { ...VERSION, maxResults: 1, validationResult: 'FAILED' };
  const all = await pages(run, 'ListSbomValidationResults', 'validationResultSummaries', input);
  expect(all).toEqual([[FAILED_FILES[1]], [FAILED_FILES[2]]]);
});

test('an SBOM can be replaced, whatever the state of the version, and is validated anew', async () => {
  const { run, objects, iot, clock } = await startWithVersion({ sbomValidation: () => FAILED_FILES });
  await run('AssociateSbomWithPackageVersion', associate);
  clock.time += 1000;
  iot.behavior.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'SUCCEEDED' }];
  objects.set('firmware/other.zip/v1', GOOD);
  const sbom = { s3Location: { bucket: 'firmware', key: 'other.zip', version: 'v1' } };
  await run('AssociateSbomWithPackageVersion', { ...VERSION, sbom });
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbom, sbomValidationStatus: 'IN_PROGRESS' });
  clock.time += 1000;
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbom, sbomValidationStatus: 'SUCCEEDED' });
});

test('an SBOM is taken off, also where there is none, or ResourceNotFoundException 404 says that there is none', async () => {
  const { run, error, iot } = await startWithVersion();
  await run('AssociateSbomWithPackageVersion', associate);
  expect(await run('DisassociateSbomFromPackageVersion', VERSION)).toEqual({});
  expect(await run('DisassociateSbomFromPackageVersion', VERSION)).toEqual({});
  expect(iot.describe('brake-ecu')?.versions['1.0.0']).toEqual({ status: 'PUBLISHED', tags: {} });
  iot.behavior.disassociateNothing = 'not-found';
  expect(await error('DisassociateSbomFromPackageVersion', VERSION)).toMatchObject({
    code: 'ResourceNotFoundException',
    status: 404,
  });
});

test('the object must exist in S3', async () => {
  const { error, objects } = await startWithVersion();
  objects.clear();
  expect(await error('AssociateSbomWithPackageVersion', associate)).toMatchObject({
    code: 'InvalidRequestException',
    status: 400,
    message:
      'SBOM not accessible by the service. Please make sure the key exists and S3 permission is granted. ' +
      'The object s3://firmware/sbom.zip in version v1 of the sbom cannot be read: NoSuchKey',
  });
});

test('the bucket must exist', async () => {
  const { error } = await startWithVersion();
  const sbom = { s3Location: { ...SBOM.s3Location, bucket: 'nowhere' } };
  expect(await error('AssociateSbomWithPackageVersion', { ...VERSION, sbom })).toMatchObject({
    code: 'InvalidRequestException',
    message: expect.stringContaining('Please make sure the bucket exists and S3 permission is granted.'),
  });
});

test('the bucket must let iot.amazonaws.com read', async () => {
  const { error, bucketPolicy } = await startWithVersion();
  bucketPolicy.Statement.pop();
  expect(await error('AssociateSbomWithPackageVersion', associate)).toMatchObject({
    code: 'InvalidRequestException',
    status: 400,
    message:
      'SBOM not accessible by the service. Please make sure the bucket/key/version exists and S3 permission is granted. ' +
      'The policy of bucket firmware does not let iot.amazonaws.com read the sbom sbom.zip',
  });
});

test('an archive that is too large is refused', async () => {
  const { run, error, iot } = await startWithVersion({ maxSbomBytes: GOOD.length - 1 });
  expect(await error('AssociateSbomWithPackageVersion', associate)).toMatchObject({
    code: 'InvalidRequestException',
    message: 'S3 object file size exceeds limit',
  });
  iot.behavior.maxSbomBytes = GOOD.length;
  await run('AssociateSbomWithPackageVersion', associate);
});

test('nothing is looked for where a test has no S3', async () => {
  const { run, objects } = await startWithVersion({ lookUpObjects: false, sbomValidationTime: 0 });
  objects.clear();
  await run('AssociateSbomWithPackageVersion', associate);
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbomValidationStatus: 'SUCCEEDED' });
});

describe('an archive is judged by its files', () => {
  const failed = (fileName: string, errorMessage: string) => ({
    fileName,
    validationResult: 'FAILED',
    errorCode: 'INCOMPATIBLE_FORMAT',
    errorMessage,
  });

  test.each<[string, Uint8Array, object[]]>([
    [
      'SPDX and CycloneDX',
      GOOD,
      [
        { fileName: 'a.spdx.json', validationResult: 'SUCCEEDED' },
        { fileName: 'b.json', validationResult: 'SUCCEEDED' },
      ],
    ],
    ['other JSON', archive({ 'c.json': {} }), [failed('c.json', 'The file is neither SPDX nor CycloneDX in JSON')]],
    ['broken JSON', archive({ 'c.json': '{' }), [failed('c.json', 'The file is neither SPDX nor CycloneDX in JSON')]],
    ['other files', archive({ 'c.xml': '<bom/>' }), [failed('c.xml', 'The file is not a .json file')]],
    ['no files', archive({}), [failed('sbom.zip', 'The archive has no file')]],
    ['no archive', strToU8('{}'), [failed('sbom.zip', 'The file is not a zip archive')]],
  ])('%s', async (_what, content, results) => {
    const { run, objects } = await startWithVersion({ sbomValidationTime: 0 });
    objects.set('firmware/sbom.zip/v1', content);
    await run('AssociateSbomWithPackageVersion', associate);
    expect((await run('ListSbomValidationResults', VERSION)).validationResultSummaries).toEqual(results);
  });
});

test('an SBOM without the version of its object is refused as documented, or taken', async () => {
  const { run, error, iot, objects } = await startWithVersion();
  const unversioned = { ...VERSION, sbom: { s3Location: { bucket: 'firmware', key: 'sbom.zip' } } };
  objects.set('firmware/sbom.zip/', GOOD);
  expect(await error('AssociateSbomWithPackageVersion', unversioned)).toMatchObject({
    code: 'InvalidRequestException',
    status: 400,
    message: 'S3 object version for SBOM cannot be null',
  });
  iot.behavior.sbomWithoutVersion = 'taken';
  expect(await run('AssociateSbomWithPackageVersion', unversioned)).toMatchObject(unversioned);
});

test('too many ongoing validations are LimitExceededException 410, until one of them ends', async () => {
  const { run, error, iot, clock } = await startWithVersion({ maxSbomValidations: 1 });
  await iot.createVersion('brake-ecu', '2.0.0');
  const next = { ...associate, versionName: '2.0.0' };
  await run('AssociateSbomWithPackageVersion', associate);
  expect(await error('AssociateSbomWithPackageVersion', next)).toMatchObject({
    code: 'LimitExceededException',
    status: 410,
    message: 'Too many ongoing SBOM validation workflows. Please wait and retry',
  });
  clock.time += iot.behavior.sbomValidationTime;
  expect(await run('AssociateSbomWithPackageVersion', next)).toMatchObject({ sbomValidationStatus: 'IN_PROGRESS' });
});

test.each([
  [{}, 'Associate request needs to include SBOM reference'],
  [{ s3Location: { key: 'sbom.zip', version: 'v1' } }, 'S3 bucket name for SBOM cannot be null'],
  [{ s3Location: { bucket: 'firmware', version: 'v1' } }, 'S3 key name for SBOM cannot be null'],
])('an SBOM at %j is refused in the words of the guide', async (sbom, message) => {
  const { error } = await startWithVersion();
  expect(await error('AssociateSbomWithPackageVersion', { ...VERSION, sbom })).toMatchObject({
    code: 'InvalidRequestException',
    status: 400,
    message,
  });
});

test.each(['AssociateSbomWithPackageVersion', 'DisassociateSbomFromPackageVersion', 'ListSbomValidationResults'])(
  '%s of a missing version is ResourceNotFoundException 404',
  async operation => {
    expect(await startIot().error(operation, associate)).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  },
);
