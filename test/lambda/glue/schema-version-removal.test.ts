import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { OWNER_KEY } from '../../../contract/ownership';
import {
  AT,
  FIRST,
  INCOMPATIBLE,
  SECOND,
  VERSION,
  aws,
  byHand,
  created,
  later,
  numbers,
  ownerOf,
  records,
  stack,
  succeeded,
  version,
} from './orders';
import { Stack } from './stack';

describe('Delete', () => {
  const deletable = version(SECOND, { Removal: 'DELETE' });

  test('leaves the version to nobody by default; the same stack name and logical id may have it again', async () => {
    const first = new Stack(aws, 'same', 'life-1');
    succeeded(await first.delete(VERSION, 'V', await created(version(), 'V', first), version()));
    expect(ownerOf()).toEqual([expect.stringMatching(/^2\.released=/)]);
    const second = new Stack(aws, 'same', 'life-2');
    succeeded(await second.delete(VERSION, 'V', await created(version(), 'V', second), deletable));
    expect(numbers()).toEqual([1]);
  });

  test('removes the version where the template says so, and waits until it is gone', async () => {
    aws.glue.behavior.deletionTime = 60_000;
    succeeded(await stack.delete(VERSION, 'V', await created(deletable), deletable));
    expect(numbers()).toEqual([1]);
  });

  test('takes four calls, and no longer than the registry does', async () => {
    const id = await created(deletable);
    const before = stack.now;
    const calls = await stack.callsOf(async () => succeeded(await stack.delete(VERSION, 'V', id, deletable)));
    expect(calls).toEqual([
      'GetSchemaVersion',
      'QuerySchemaVersionMetadata',
      'DeleteSchemaVersions',
      'GetSchemaVersion',
    ]);
    expect(stack.now - before).toBeLessThan(5_000);
  });

  test.each([
    ['is removed if it is still the stack’s', false, [1]],
    ['stays if another stack has adopted it', true, [1, 2]],
  ])('that meets another write asks again: the version %s', async (_what, isAdopted, left) => {
    const id = await created(deletable);
    const other = new Stack(aws, 'other');
    const error = new ServiceError('ConcurrentModificationException', 'busy', 400);
    aws.faults.inject({ service: 'glue', operation: 'DeleteSchemaVersions', trouble: { error } });
    stack.interrupt = async (operation, moment) => {
      if (!isAdopted || operation !== 'DeleteSchemaVersions' || moment !== 'failed') return;
      await byHand('RemoveSchemaVersionMetadata', {
        SchemaVersionNumber: { VersionNumber: 2 },
        MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue: records()[0] },
      });
      await created(version(SECOND, { AdoptExisting: true }), 'V', other);
    };
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    expect(numbers()).toEqual(left);
    expect(records()).toHaveLength(left.length - 1);
  });

  test.each([
    ['is gone', false, [1]],
    ['is named if it cannot be removed', true, [1, 2]],
  ])('of what the registry does not take: the version %s', async (_what, isNeeded, left) => {
    aws.glue.behavior.necessary = () => isNeeded;
    const { Status, Reason } = await stack.create(VERSION, 'V', version(INCOMPATIBLE));
    expect(Status).toBe('FAILED');
    expect(/besides, version .* could not be removed again/.test(Reason!)).toBe(isNeeded);
    await later();
    expect(numbers()).toEqual(left);
  });

  test.each([
    ['what the registry has failed', version(INCOMPATIBLE), () => {}],
    [
      'what it had failed before',
      version(INCOMPATIBLE, { AdoptExisting: true }),
      () => aws.glue.addVersions('orders', [{ definition: INCOMPATIBLE, status: 'FAILURE' }]),
    ],
  ])('withdraws %s, also where that is throttled', async (_what, properties, before) => {
    before();
    const throttle = { service: 'glue', operation: 'DeleteSchemaVersions', times: 2, trouble: { error: throttling() } };
    const fault = aws.faults.inject(throttle);
    expect((await stack.create(VERSION, 'V', properties)).Reason).toMatch(
      /the registry failed it as version \d\. Difference.*\(log group/,
    );
    expect(fault.hits).toBe(2);
    expect(numbers()).toEqual([1]);
  });

  test('of what is gone succeeds: the version, the schema, the registry', async () => {
    const id = await created(deletable);
    await byHand('DeleteSchemaVersions', { Versions: '2' });
    await later();
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    await byHand('DeleteSchema', {});
    await later();
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    const orphan = 'no-registry/orders@0123456789abcdef';
    succeeded(await stack.delete(VERSION, 'V', orphan, deletable));
  });

  test('in a rollback of what is gone takes one call', async () => {
    const id = await created(deletable);
    await byHand('DeleteSchemaVersions', { Versions: '2' });
    await later();
    const calls = await stack.callsOf(async () => {
      succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, deletable)));
    });
    expect(calls).toEqual(['GetSchemaVersion']);
  });

  test('finds what a Create has made that never answered, under an id that CloudFormation made up', async () => {
    await created(deletable);
    succeeded(await stack.delete(VERSION, 'V', 'stack-V-1A2B3C', deletable));
    expect(numbers()).toEqual([1]);
  });

  test('of a Create whose definition is not to be had any more leaves it, and says so', async () => {
    const gone = { ...AT, DefinitionObject: { Bucket: 'assets', Key: 'no' } };
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    succeeded(await stack.delete(VERSION, 'V', 'default-registry/orders@0123456789abcdef', gone));
    expect(JSON.stringify(stack.logs)).toContain('cannot look up what the failed Create has made');
  });

  const error = (code: string, status: number) => new ServiceError(code, 'no way', status);
  test.each([
    ['leaves it, and says so once, if it is not allowed', error('AccessDeniedException', 403), 'SUCCESS'],
    ['leaves it, and says so once, if that is refused', error('InvalidInputException', 400), 'SUCCESS'],
    ['fails for another reason', error('InternalServiceException', 500), 'FAILED'],
  ])('that must look up what a Create has made %s', async (_what, trouble, status) => {
    aws.faults.inject({
      service: 'glue',
      operation: 'GetSchemaByDefinition',
      times: Infinity,
      trouble: { error: trouble },
    });
    expect((await stack.delete(VERSION, 'V', 'stack-V-1A2B3C', deletable)).Status).toBe(status);
    const said = stack.logs.filter(
      ({ message }) => message === 'cannot look up what the failed Create has made: it stays',
    );
    expect(said).toHaveLength(status === 'SUCCESS' ? 1 : 0);
  });

  test.each(['refused', 'item-error'] as const)(
    'of a first version (%s) says that it goes with its schema',
    async how => {
      aws.glue.behavior.firstVersionDeletion = how;
      const adopted = version(FIRST, { AdoptExisting: true, Removal: 'DELETE' });
      const id = await created(adopted);
      const [, owner] = /@([0-9a-f]+)/.exec(id)!;
      // earlier versions of the library claimed it.
      await byHand('PutSchemaVersionMetadata', {
        SchemaVersionNumber: { VersionNumber: 1 },
        MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue: `1.owner=${owner}.from=-` },
      });
      await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
      await byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber: 2 } });
      const reply = await stack.delete(VERSION, 'V', id, adopted);
      expect(reply.Reason).toMatch(
        /version 1 of schema orders .* is only deleted together with the schema: delete the schema/,
      );
    },
  );

  test('of the checkpoint says that it has to be moved', async () => {
    const id = await created(deletable);
    await byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber: 2 } });
    const reply = await stack.delete(VERSION, 'V', id, deletable);
    expect(reply.Reason).toMatch(
      /version 2 of schema orders .* is the checkpoint.*move the checkpoint.*Cannot delete checkpoint/,
    );
    expect(numbers()).toEqual([1, 2]);
  });

  test('of a version that compatibility needs says which mode', async () => {
    aws.glue.behavior.necessary = () => true;
    const reply = await stack.delete(VERSION, 'V', await created(deletable), deletable);
    expect(reply.Reason).toMatch(/version 2 of schema orders .* is needed by the compatibility mode BACKWARD/);
    expect(JSON.stringify(stack.logs)).toContain('"Refused":1');
  });

  test('of a version that no compatibility mode can need blames none', async () => {
    const id = await created(deletable);
    await byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber: 1 }, Compatibility: 'NONE' });
    aws.glue.behavior.necessary = () => true;
    const reply = await stack.delete(VERSION, 'V', id, deletable);
    expect(reply.Reason).toMatch(/AWS Glue does not delete version 2 of schema orders .*: delete it again later/);
    expect(reply.Reason).not.toContain('compatibility mode');
  });

  test.each(['ConcurrentModificationException', 'OperationTimeoutException', 'ResourceNotReadyException'])(
    'in a rollback leaves what the registry refuses to delete with %s, and gives it up',
    async code => {
      const id = await created(deletable);
      const trouble = { error: new ServiceError(code, 'not now', 400) };
      aws.faults.inject({ operation: 'DeleteSchemaVersions', times: Infinity, trouble });
      const reply = await stack.delete(VERSION, 'V', id, deletable);
      expect(reply.Reason).toContain(
        `delete it again later, or retain the version (removal: RETAIN). ${code}: not now`,
      );
      succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, deletable)));
      expect(ownerOf()).toEqual([expect.stringContaining('released=')]);
    },
  );

  test('in a rollback leaves what the registry needs, and gives it up', async () => {
    const id = await created();
    await byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber: 2 } });
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, version())));
    expect(ownerOf()).toEqual([expect.stringContaining('released=')]);
  });

  test.each([1, 2, 3, 4, 5])('killed at its call %s and delivered again ends in the same state', async call => {
    for (const when of ['before', 'after'] as const) {
      const id = await created(deletable);
      stack.killNext = { call, when };
      succeeded(await stack.delete(VERSION, 'V', id, deletable));
      expect(numbers()).toEqual([1]);
      aws.glue.behavior.numberAfterDeletion = 'reused';
    }
  });

  test.each([1, 2, 3, 4])('killed at its call %s gives the ownership up when it is delivered again', async call => {
    for (const when of ['before', 'after'] as const) {
      const id = await created();
      stack.killNext = { call, when };
      succeeded(await stack.delete(VERSION, 'V', id, version()));
      expect(ownerOf()).toEqual([expect.stringMatching(/^\d+\.released=/)]);
    }
  });
});
