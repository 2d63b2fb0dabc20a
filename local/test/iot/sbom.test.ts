import type { IotBehaviour } from '../../src/iot';
import { VERSION, pages, startIot } from './harness';

const SBOM = { s3Location: { bucket: 'firmware', key: 'sbom.zip', version: 'v1' } };

async function startWithVersion(behaviour: Partial<IotBehaviour> = {}) {
  const started = startIot(behaviour);
  await started.iot.createPackage('brake-ecu');
  await started.iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
  started.objects.add('firmware/sbom.zip/v1');
  return started;
}

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
  iot.behaviour.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'SUCCEEDED' }];
  objects.add('firmware/other.zip/');
  const sbom = { s3Location: { bucket: 'firmware', key: 'other.zip' } };
  await run('AssociateSbomWithPackageVersion', { ...VERSION, sbom });
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbom, sbomValidationStatus: 'IN_PROGRESS' });
  clock.time += 1000;
  expect(await run('GetPackageVersion', VERSION)).toMatchObject({ sbom, sbomValidationStatus: 'SUCCEEDED' });
});

test('an SBOM is taken off, even where there is none', async () => {
  const { run, iot } = await startWithVersion();
  await run('AssociateSbomWithPackageVersion', associate);
  expect(await run('DisassociateSbomFromPackageVersion', VERSION)).toEqual({});
  expect(await run('DisassociateSbomFromPackageVersion', VERSION)).toEqual({});
  expect(iot.describe('brake-ecu')?.versions['1.0.0']).toEqual({ status: 'PUBLISHED', tags: {} });
});

test('the object must exist in S3', async () => {
  const { error, objects } = await startWithVersion();
  objects.clear();
  expect(await error('AssociateSbomWithPackageVersion', associate)).toMatchObject({
    code: 'ValidationException',
    status: 400,
  });
});

test('an SBOM without location is refused', async () => {
  const { error } = await startWithVersion();
  expect(await error('AssociateSbomWithPackageVersion', { ...VERSION, sbom: {} })).toMatchObject({
    code: 'ValidationException',
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
