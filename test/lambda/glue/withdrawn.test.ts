/** What becomes of a version whose own Create fails after the registration. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { OWNER_KEY } from '../../../contract/ownership';
import {
  INCOMPATIBLE,
  SECOND,
  VERSION,
  aroundNext,
  aws,
  byHand,
  held,
  later,
  numbers,
  records,
  stack,
  version,
} from './orders';
import { Stack } from './stack';

const PUT = 'PutSchemaVersionMetadata';
const DELETE = 'DeleteSchemaVersions';

const deletable = version(SECOND, { Removal: 'DELETE', Metadata: { ticket: 'A-1' } });
const kept = version(SECOND, { Metadata: { ticket: 'A-1' } });
/** A call is refused the nth time, or always. */
const refused = (operation: string, code: string, nth?: number) =>
  aws.faults.inject({
    service: 'glue',
    operation,
    ...(nth === undefined ? { times: Infinity } : { nth }),
    trouble: { error: new ServiceError(code, 'no way', 400) },
  });
const failed = async (properties: object) => {
  const reply = await stack.create(VERSION, 'V', properties);
  expect(reply.Status).toBe('FAILED');
  return reply.Reason;
};

test('a version whose metadata are refused goes under DELETE, and stays with nobody under RETAIN', async () => {
  refused(PUT, 'InvalidInputException', 2);
  expect(await failed(deletable)).toContain('no way');
  expect(numbers()).toEqual([1]);
  await later();
  refused(PUT, 'InvalidInputException', 2);
  expect(await failed(kept)).toContain('no way');
  expect(records(numbers().at(-1))).toEqual([expect.stringContaining('released=')]);
});

test('a version that another stack has adopted by then stays that one’s', async () => {
  const other = new Stack(aws, 'other');
  const adopting = version(SECOND, { AdoptExisting: true });
  aroundNext(PUT, {
    before: async () => {
      expect(await other.create(VERSION, 'V', adopting)).toMatchObject({ Status: 'SUCCESS' });
      throw new ServiceError('InvalidInputException', 'no way', 400);
    },
  });
  expect(await failed(deletable)).toContain('no way');
  expect(records()).toEqual([expect.stringContaining('stack=other/')]);
});

test.each([
  ['is throttled', throttling()],
  ['meets another write', new ServiceError('ConcurrentModificationException', 'busy', 400)],
])('a version that another stack adopts while its removal %s stays that one’s', async (_what, error) => {
  const other = new Stack(aws, 'other');
  refused(PUT, 'InvalidInputException', 1);
  aws.faults.inject({ service: 'glue', operation: DELETE, trouble: { error } });
  stack.interrupt = async (operation, moment) => {
    if (operation !== DELETE || moment !== 'failed') return;
    stack.interrupt = undefined;
    expect(await other.create(VERSION, 'V', version(SECOND, { AdoptExisting: true }))).toMatchObject({
      Status: 'SUCCESS',
    });
  };
  await failed(deletable);
  expect(records()).toEqual([expect.stringContaining('stack=other/')]);
});

describe('a version that a producer has registered and marked just then stays as that one has left it', () => {
  const pair = { MetadataKey: 'x-amz-meta-transport', MetadataValue: 'topic' };
  const mark = (number = 2) => byHand(PUT, { SchemaVersionNumber: { VersionNumber: number }, MetadataKeyValue: pair });
  const produced = (definition = SECOND) =>
    aroundNext('RegisterSchemaVersion', {
      before: async () => {
        await byHand('RegisterSchemaVersion', { SchemaDefinition: definition });
        await mark();
      },
    });
  const cancel = async () => {
    await later();
    for (const status of ['CREATE_FAILED', 'DELETE_IN_PROGRESS']) stack.history.resource('V', status, 'made-up');
  };
  const marked = { [pair.MetadataKey]: [pair.MetadataValue] };

  test.each([deletable, kept])('if the event is canceled before its claim (%j)', async properties => {
    produced();
    aws.faults.inject({ service: 'glue', operation: PUT, trouble: { error: throttling() } });
    stack.interrupt = async (operation, moment) => {
      if (operation !== PUT || moment !== 'failed') return;
      stack.interrupt = undefined;
      await cancel();
    };
    expect(await stack.attempt(VERSION, 'V', properties)).toBeUndefined();
    expect(held()?.metadata).toEqual(marked);
  });

  test('if the claim fails', async () => {
    produced();
    refused(PUT, 'InvalidInputException', 1);
    expect(await failed(deletable)).toContain('no way');
    expect(held()?.metadata).toEqual(marked);
  });

  test('if it is marked while the removal waits', async () => {
    refused(PUT, 'InvalidInputException', 1);
    aws.faults.inject({ service: 'glue', operation: DELETE, trouble: { error: throttling() } });
    stack.interrupt = async (operation, moment) => {
      if (operation !== DELETE || moment !== 'failed') return;
      stack.interrupt = undefined;
      await mark();
    };
    await failed(deletable);
    expect(held()?.metadata).toEqual(marked);
  });

  test('but not if the registry has failed it: nobody can write with it', async () => {
    produced(INCOMPATIBLE);
    await failed(version(INCOMPATIBLE, { Removal: 'DELETE' }));
    expect(numbers()).toEqual([1]);
  });
});

describe('a removal that is throttled until CloudFormation has given the Create up goes on', () => {
  const incompatible = version(INCOMPATIBLE, { Removal: 'DELETE' });

  test.each<[string, object, () => unknown]>([
    ['that the registry has failed', incompatible, () => undefined],
    ['that the registry has failed, under RETAIN', version(INCOMPATIBLE), () => undefined],
    ['that cannot be marked', deletable, () => refused(PUT, 'InvalidInputException', 1)],
    ['whose metadata are refused', deletable, () => refused(PUT, 'InvalidInputException', 2)],
    [
      'that a killed delivery of the event has left failed',
      incompatible,
      () => aws.glue.addVersions('orders', [{ definition: INCOMPATIBLE, status: 'FAILURE' }]),
    ],
  ])('of a version %s', async (_what, properties, before) => {
    aroundNext('GetSchemaByDefinition', { before: async () => before() });
    aws.faults.inject({ service: 'glue', operation: DELETE, trouble: { error: throttling() } });
    stack.interrupt = async (operation, moment) => {
      if (operation !== DELETE || moment !== 'failed') return;
      stack.interrupt = undefined;
      await later();
      for (const status of ['CREATE_FAILED', 'DELETE_IN_PROGRESS']) stack.history.resource('V', status, 'made-up');
    };
    expect(await stack.attempt(VERSION, 'V', properties)).toBeUndefined();
    expect(numbers()).toEqual([1]);
  });
});

test('a version that somebody has deleted by then is not missed', async () => {
  aroundNext(PUT, {
    before: async () => {
      await byHand(DELETE, { Versions: '2' });
      await later();
      throw new ServiceError('InvalidInputException', 'no way', 400);
    },
  });
  expect(await failed(deletable)).not.toContain('besides');
  expect(held()).toBeUndefined();
});

test('a version whose Update fails in place stays the stack’s', async () => {
  const { PhysicalResourceId: id } = await stack.create(VERSION, 'V', version(SECOND, { Removal: 'DELETE' }));
  const before = held();
  refused(PUT, 'InvalidInputException');
  const old = version(SECOND, { Removal: 'DELETE' });
  expect(await stack.update(VERSION, 'V', { id, properties: deletable, old })).toMatchObject({ Status: 'FAILED' });
  expect(held()).toEqual(before);
});

test('a version that cannot be removed again is named beside the failure', async () => {
  refused(PUT, 'InvalidInputException');
  refused(DELETE, 'InvalidInputException');
  expect(await failed(deletable)).toMatch(/no way.*; besides, version [0-9a-f-]{36} could not be removed again: /);
});

test('a version that is left for want of permissions is no success', async () => {
  refused(PUT, 'AccessDeniedException');
  refused(DELETE, 'AccessDeniedException');
  expect(await failed(deletable)).toMatch(/AccessDeniedException.*could not be removed again: AccessDeniedException/);
  expect(held()?.metadata).not.toHaveProperty([OWNER_KEY]);
});
