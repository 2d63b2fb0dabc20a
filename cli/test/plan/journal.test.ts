import { DeleteCommandExecutionCommand, GetPackageCommand, IoTClient, UpdatePackageCommand } from '@aws-sdk/client-iot';
import { Journal, keeping, refusal, rehearsing } from '../../src/plan/journal';

/** Keeps one write, and answers reads by their names. */
const kept = (journal: Journal) =>
  keeping(journal, async (operation, _, ask) => ({ operation, ...(await ask()) }), {
    UpdatePackage: ({ isRefused }: { isRefused?: boolean }) => {
      if (isRefused) throw refusal('ConflictException', 'no', 409);
      return { done: true };
    },
  });

const ask = async () => ({ asked: true });

test('what the service alone will tell is said of one write', async () => {
  const journal = new Journal();
  journal.add('CreatePackage', { packageName: 'a' });
  const place = journal.length;
  journal.leaveOpen('whether it is compatible');
  journal.add('RegisterSchemaVersion', {});
  journal.add('UpdatePackage', {});
  expect(place).toBe(1);
  expect(journal.since(place)).toEqual([
    { operation: 'RegisterSchemaVersion', input: {}, open: 'whether it is compatible' },
    { operation: 'UpdatePackage', input: {} },
  ]);
  expect(journal.since(place)[1]).not.toHaveProperty('open');
});

test('a refusal is an error as a client of the SDK throws it', () => {
  expect(refusal('ValidationException', 'no')).toMatchObject({
    name: 'ValidationException',
    message: 'no',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
});

test.each(['Get', 'List', 'Describe', 'Search', 'Query', 'Check'])('%s only reads', async verb => {
  const journal = new Journal();
  expect(await kept(journal)(`${verb}Things`, {} as never, ask)).toEqual({ operation: `${verb}Things`, asked: true });
  expect(journal.length).toBe(0);
});

test.each(['BatchGetThings', 'toString', 'DeletePackage'])('%s is not known, and refused', async operation => {
  const journal = new Journal();
  const message = `a plan writes nothing, and does not know what ${operation} would do`;
  await expect(kept(journal)(operation, {} as never, ask)).rejects.toThrow(message);
  expect(journal.length).toBe(0);
});

test('a write is kept once it is taken', async () => {
  const journal = new Journal();
  const answer = kept(journal);
  await expect(answer('UpdatePackage', { isRefused: true } as never, ask)).rejects.toThrow('no');
  expect(await answer('UpdatePackage', { packageName: 'a' } as never, ask)).toEqual({ done: true });
  expect(journal.since(0)).toEqual([{ operation: 'UpdatePackage', input: { packageName: 'a' } }]);
});

describe('a client that is rehearsing', () => {
  const clientOf = (journal: Journal) => {
    const requestHandler = { handle: () => Promise.reject(new Error('the service is asked')) };
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const client = new IoTClient({
      region: 'us-east-1',
      maxAttempts: 1,
      requestHandler: requestHandler as never,
      credentials,
    });
    return rehearsing(client, kept(journal));
  };

  test('sends no write, and is answered as by the service', async () => {
    const journal = new Journal();
    const output = await clientOf(journal).send(new UpdatePackageCommand({ packageName: 'a' }));
    expect(output).toEqual({ done: true, $metadata: {} });
    expect(journal.since(0)).toEqual([{ operation: 'UpdatePackage', input: { packageName: 'a' } }]);
  });

  test('asks the service by what reads', async () => {
    const read = clientOf(new Journal()).send(new GetPackageCommand({ packageName: 'a' }));
    await expect(read).rejects.toThrow('the service is asked');
  });

  test('names what it refuses as the service does', async () => {
    const command = new DeleteCommandExecutionCommand({ executionId: 'any', targetArn: 'any' });
    await expect(clientOf(new Journal()).send(command)).rejects.toThrow('what DeleteCommandExecution would do');
  });

  test('still has what waits for its turn before a call', async () => {
    const client = clientOf(new Journal());
    const passed: string[] = [];
    client.middlewareStack.add(
      next => async args => {
        passed.push('pace');
        return next(args);
      },
      { step: 'initialize', priority: 'low' },
    );
    await client.send(new UpdatePackageCommand({ packageName: 'a' }));
    expect(passed).toEqual(['pace']);
  });
});
