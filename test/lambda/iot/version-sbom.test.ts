import { ServiceError } from 'cdk-versioned-artifacts-local';
import { VERSION, aws, created, held, published, stack, succeeded, version } from './brake-ecu';

describe('an SBOM', () => {
  const Sbom = { Bucket: 'artifacts', Key: 'sbom.zip' };

  beforeEach(async () => {
    aws.iot.behavior.sbomWithoutVersion = 'taken';
    await aws.call('s3', 'CreateBucket', { Bucket: 'artifacts' });
    await aws.call('s3', 'PutObject', { Bucket: 'artifacts', Key: 'sbom.zip', Body: Buffer.from('zip') });
    const Statement = {
      Effect: 'Allow',
      Principal: { Service: 'iot.amazonaws.com' },
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: 'arn:aws:s3:::artifacts/sbom.zip',
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
    await aws.call('s3', 'PutBucketPolicy', { Bucket: 'artifacts', Policy });
  });

  test('is associated, and disassociated when the template drops it', async () => {
    const id = await created(version('1.0.0', { Sbom }));
    expect(held()?.sbom).toEqual({ s3Location: { bucket: 'artifacts', key: 'sbom.zip' } });
    succeeded(await stack.update(VERSION, 'V', { id, properties: version() }));
    expect(held()?.sbom).toBeUndefined();
  });

  test.each(['LimitExceededException', 'ServiceQuotaExceededException'])(
    'that comes while too many are validated is associated later, in a rollback, too (%s)',
    async code => {
      const full = (times: number) =>
        aws.faults.inject({
          service: 'iot',
          operation: 'AssociateSbomWithPackageVersion',
          times,
          trouble: { error: new ServiceError(code, 'too many ongoing validations', 409) },
        });
      let fault = full(5);
      const id = await created(version('1.0.0', { Sbom }));
      expect(fault.hits).toBe(5);
      expect(held()?.sbom).toBeDefined();

      succeeded(await stack.update(VERSION, 'V', { id, properties: version() }));
      fault = full(5);
      await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () => {
        succeeded(await stack.update(VERSION, 'V', { id, properties: version('1.0.0', { Sbom }) }));
      });
      expect(fault.hits).toBe(5);
      expect(held()?.sbom).toBeDefined();
    },
  );

  test('that fails its validation fails the resource with each file’s error, before it is published', async () => {
    aws.iot.behavior.sbomValidation = () => [
      { fileName: 'a.json', validationResult: 'FAILED', errorCode: 'INCOMPATIBLE_FORMAT', errorMessage: 'not SPDX' },
      { fileName: 'b.json', validationResult: 'SUCCEEDED' },
    ];
    aws.iot.behavior.sbomValidationTime = 0;
    const reply = await stack.create(VERSION, 'V', published('1.0.0', { Sbom, WaitForSbomValidation: 'true' }));
    expect(reply.Reason).toContain(
      'the SBOM of version 1.0.0 of brake-ecu is not valid: a.json: INCOMPATIBLE_FORMAT not SPDX',
    );
    expect(held()?.status).toBe('DRAFT');
  });

  test('that is gone does not stop a rollback, which does not wait for one that is not valid either', async () => {
    const withSbom = version('1.0.0', { Sbom, WaitForSbomValidation: 'true' });
    aws.iot.behavior.sbomValidationTime = 0;
    aws.iot.behavior.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'SUCCEEDED' }];
    const id = await created(withSbom);
    succeeded(await stack.update(VERSION, 'V', { id, properties: version() }));
    aws.iot.behavior.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'FAILED' }];
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () => {
      succeeded(await stack.update(VERSION, 'V', { id, properties: withSbom }));
      succeeded(await stack.update(VERSION, 'V', { id, properties: version() }));
      await aws.call('s3', 'DeleteObject', { Bucket: 'artifacts', Key: 'sbom.zip' });
      succeeded(await stack.update(VERSION, 'V', { id, properties: withSbom }));
    });
    expect(stack.logs).toContainEqual(expect.objectContaining({ refused: 'InvalidRequestException' }));
  });
});
