import {
  DeleteSchemaVersionsCommand,
  GetSchemaVersionCommand,
  QuerySchemaVersionMetadataCommand,
  UpdateSchemaCommand,
} from '@aws-sdk/client-glue';
import { type GlueBehavior, type SeededVersion, concurrentModification } from 'cdk-versioned-artifacts-local';
import { COMPATIBLE, INCOMPATIBLE, SCHEMA, refused, startGlue } from './harness';

const GONE_AFTER = 500;

/** A schema with version 1 as checkpoint, and these versions from 2 on. */
async function startWithVersions(versions: readonly SeededVersion[], behavior: Partial<GlueBehavior> = {}) {
  const started = await startGlue(behavior);
  await started.create();
  started.aws.glue.addVersions('orders', versions);
  return {
    ...started,
    remove: async (Versions: string) => {
      const { SchemaVersionErrors } = await started.send(
        new DeleteSchemaVersionsCommand({ SchemaId: SCHEMA, Versions }),
      );
      return SchemaVersionErrors;
    },
    moveCheckpoint: (VersionNumber: number) =>
      started.send(new UpdateSchemaCommand({ SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber } })),
  };
}

const available = (count: number): SeededVersion[] => Array(count).fill({});

test('a range is deleted in one call, both ends included', async () => {
  const { remove, list, clock } = await startWithVersions(available(6));
  expect(await remove('3-5')).toEqual([]);
  await clock.sleep(GONE_AFTER);
  expect(await list()).toEqual(['7 AVAILABLE', '6 AVAILABLE', '2 AVAILABLE', '1 AVAILABLE']);
});

test('a version is DELETING for a while, then in no list', async () => {
  const { remove, list, clock, send } = await startWithVersions(available(1));
  await remove('2');
  expect(await list()).toEqual(['1 AVAILABLE', '2 DELETING']);
  await clock.sleep(GONE_AFTER - 1);
  expect(await list()).toEqual(['1 AVAILABLE', '2 DELETING']);
  await clock.sleep(1);
  expect(await list()).toEqual(['1 AVAILABLE']);
  await expect(
    send(new GetSchemaVersionCommand({ SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber: 2 } })),
  ).rejects.toEqual(refused('EntityNotFoundException', /^Schema version is not found\./));
});

test('the checkpoint is not deleted', async () => {
  const { remove, moveCheckpoint } = await startWithVersions(available(3));
  await expect(remove('1')).rejects.toEqual(refused('InvalidInputException', 'Cannot delete checkpoint version.'));
  await moveCheckpoint(3);
  await expect(remove('3')).rejects.toEqual(refused('InvalidInputException', 'Cannot delete checkpoint version.'));
});

test('a range that holds the checkpoint is refused as a whole', async () => {
  const { remove, list, moveCheckpoint } = await startWithVersions(available(3));
  await moveCheckpoint(3);
  await expect(remove('2-4')).rejects.toEqual(refused('InvalidInputException', 'Cannot delete checkpoint version.'));
  expect(await list()).toEqual(['4 AVAILABLE', '3 AVAILABLE', '2 AVAILABLE', '1 AVAILABLE']);
});

describe('the first version, when the checkpoint is elsewhere,', () => {
  test('keeps the call from deleting anything', async () => {
    const { remove, list, moveCheckpoint } = await startWithVersions(available(2));
    await moveCheckpoint(3);
    await expect(remove('1-2')).rejects.toEqual(refused('InvalidInputException', 'Cannot delete the first version.'));
    expect(await list()).toEqual(['3 AVAILABLE', '2 AVAILABLE', '1 AVAILABLE']);
  });

  test('or stays alone of its range', async () => {
    const { remove, list, moveCheckpoint, clock } = await startWithVersions(available(2), {
      firstVersionDeletion: 'item-error',
    });
    await moveCheckpoint(3);
    expect(await remove('1-2')).toEqual([
      { VersionNumber: 1, ErrorDetails: { ErrorCode: 'InvalidInputException', ErrorMessage: expect.any(String) } },
    ]);
    await clock.sleep(GONE_AFTER);
    expect(await list()).toEqual(['3 AVAILABLE', '1 AVAILABLE']);
  });
});

test('a version that is missing is an error of its own in a call that succeeds', async () => {
  const { remove } = await startWithVersions([]);
  expect(await remove('999')).toEqual([
    {
      VersionNumber: 999,
      ErrorDetails: { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Version number not found' },
    },
  ]);
});

test('versions that are missing keep the others of their range from nothing', async () => {
  const { remove, list, clock } = await startWithVersions(available(2));
  const errors = await remove('2-9');
  expect(errors?.map(({ VersionNumber }) => VersionNumber)).toEqual([4, 5, 6, 7, 8, 9]);
  await clock.sleep(GONE_AFTER);
  expect(await list()).toEqual(['1 AVAILABLE']);
});

test('a version that is being deleted is an error of its own, or none', async () => {
  const { remove, aws } = await startWithVersions(available(1));
  await remove('2');
  expect(await remove('2')).toMatchObject([
    { VersionNumber: 2, ErrorDetails: { ErrorCode: 'ConcurrentModificationException' } },
  ]);
  aws.glue.behavior.deletionAgain = 'silent';
  expect(await remove('2')).toEqual([]);
});

test.each(['BACKWARD', 'BACKWARD_ALL', 'FULL_ALL'] as const)(
  'under %s the newest available version goes, though nothing but failures is above it',
  async Compatibility => {
    const { create, register, send, list, clock } = await startGlue();
    await create({ Compatibility });
    await register(COMPATIBLE);
    await register(INCOMPATIBLE);
    await clock.sleep(1000);
    await send(new DeleteSchemaVersionsCommand({ SchemaId: SCHEMA, Versions: '2' }));
    await clock.sleep(GONE_AFTER);
    expect(await list()).toEqual(['1 AVAILABLE', '3 FAILURE']);
  },
);

test('a version that compatibility needs keeps the call from deleting anything', async () => {
  const { remove, list } = await startWithVersions(available(2), {
    necessary: ({ versionNumber }) => versionNumber === 3,
  });
  await expect(remove('2-3')).rejects.toEqual(
    refused('InvalidInputException', 'Cannot delete version 3: compatibility BACKWARD needs it.'),
  );
  expect(await list()).toEqual(['3 AVAILABLE', '2 AVAILABLE', '1 AVAILABLE']);
});

test('any other error can befall one version of a range', async () => {
  const { remove, list, clock } = await startWithVersions(available(3), {
    deletionError: ({ versionNumber }) =>
      versionNumber === 3 ? { code: 'InternalServiceException', message: 'broken' } : undefined,
  });
  expect(await remove('2-4')).toEqual([
    { VersionNumber: 3, ErrorDetails: { ErrorCode: 'InternalServiceException', ErrorMessage: 'broken' } },
  ]);
  await clock.sleep(GONE_AFTER);
  expect(await list()).toEqual(['3 AVAILABLE', '1 AVAILABLE']);
});

test('a call on a schema that is missing is an EntityNotFound', async () => {
  const { send } = await startGlue();
  const SchemaId = { SchemaName: 'orders', RegistryName: 'missing' };
  await expect(send(new DeleteSchemaVersionsCommand({ SchemaId, Versions: '2' }))).rejects.toEqual(
    refused('EntityNotFoundException', 'Registry is not found. RegistryName: missing'),
  );
});

describe('a range', () => {
  test('has at most 25 versions, or what a test says', async () => {
    const { remove, aws } = await startWithVersions(available(40));
    await expect(remove('2-27')).rejects.toEqual(refused('InvalidInputException'));
    expect(await remove('2-26')).toEqual([]);
    aws.glue.behavior.maxVersionsPerDeletion = 100;
    expect(await remove('27-41')).toEqual([]);
  });

  test.each(['2,3', '0', '0-3', '3-', '-3', '2-3-4', 'all', '2 - 3', ''])('is not written %j', async versions => {
    const { remove } = await startWithVersions(available(3));
    await expect(remove(versions)).rejects.toEqual(refused('InvalidInputException', /'Versions'/));
  });

  test('runs forward', async () => {
    const { remove } = await startWithVersions(available(3));
    await expect(remove('4-3')).rejects.toEqual(refused('InvalidInputException'));
  });
});

test('a definition that failed can be registered anew once its version is deleted', async () => {
  const { remove, register, clock } = await startWithVersions([]);
  const failed = await register(INCOMPATIBLE);
  expect(failed).toMatchObject({ VersionNumber: 2, Status: 'FAILURE' });
  await remove('2');
  await clock.sleep(GONE_AFTER);
  const again = await register(INCOMPATIBLE);
  expect(again).toMatchObject({ VersionNumber: 3, Status: 'FAILURE' });
  expect(again.SchemaVersionId).not.toBe(failed.SchemaVersionId);
});

test('a definition is no duplicate of a version that is being deleted', async () => {
  const { remove, register } = await startWithVersions([]);
  await register(COMPATIBLE);
  await remove('2');
  expect(await register(COMPATIBLE)).toMatchObject({ VersionNumber: 3, Status: 'AVAILABLE' });
});

test('the number after the deletion of the highest version is the next one, or the same again', async () => {
  const { remove, schema, aws, clock } = await startWithVersions(available(1));
  await remove('2');
  await clock.sleep(GONE_AFTER);
  expect(await schema()).toMatchObject({ LatestSchemaVersion: 1, NextSchemaVersion: 3 });
  aws.glue.behavior.numberAfterDeletion = 'reused';
  expect(await schema()).toMatchObject({ LatestSchemaVersion: 1, NextSchemaVersion: 2 });
});

test('metadata goes with its version', async () => {
  const { remove, send, aws, clock } = await startWithVersions([{ metadata: { keep: 'true' } }]);
  const { versionId } = aws.glue.describe('orders')!.versions[2];
  await remove('2');
  await clock.sleep(GONE_AFTER);
  await expect(send(new QuerySchemaVersionMetadataCommand({ SchemaVersionId: versionId }))).rejects.toEqual(
    refused('EntityNotFoundException'),
  );
});

test('a concurrent modification can befall a call', async () => {
  const { remove, aws, list } = await startWithVersions(available(1));
  aws.faults.inject({
    service: 'glue',
    operation: 'DeleteSchemaVersions',
    trouble: { error: concurrentModification() },
  });
  await expect(remove('2')).rejects.toEqual(refused('ConcurrentModificationException'));
  expect(await list()).toEqual(['2 AVAILABLE', '1 AVAILABLE']);
  expect(await remove('2')).toEqual([]);
});
