import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IotSweepType, SoftwarePackageResourceType } from '../../../contract/iot';
import { requireFresh } from '../../../scripts/stamp';
import { AnswerUrl } from '../../../testing/answer-url';
import { EVENT_STACK_ID, deleteOf } from '../../../testing/deliver';

const ROOT = join(__dirname, '../../..');
/** The bundle of the IoT family as it ships. */
const IOT = join(ROOT, 'build/handlers/iot/index.js');

const run = promisify(execFile);

let directory: string;
let cloudFormation: AnswerUrl;
beforeAll(async () => {
  requireFresh(['handlers']);
  directory = mkdtempSync(join(tmpdir(), 'provider-'));
  cloudFormation = await AnswerUrl.listen();
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await cloudFormation.close();
});
/** An entry file, bundled as those that ship. */
function bundle(entry: string): string {
  const outfile = join(directory, 'bundled.js');
  execFileSync(process.execPath, [join(__dirname, 'support/bundle.mjs'), entry, outfile], { cwd: ROOT });
  return outfile;
}

/** Has a process of its own handle an event, and waits until that ends by itself. */
async function invokeRaw(file: string, event: object): Promise<{ stderr: string }> {
  const sent = {
    RequestType: 'Create',
    RequestId: 'request-1',
    ResponseURL: cloudFormation.url(Date.now()),
    StackId: EVENT_STACK_ID,
    ResourceType: 'Custom::Unknown',
    LogicalResourceId: 'Thing',
    ResourceProperties: {},
    ...event,
  };
  const context = `{ awsRequestId: 'invocation-1', logGroupName: '/aws/lambda/provider', getRemainingTimeInMillis: () => 300000 }`;
  const script = `require(process.argv[1]).handler(JSON.parse(process.argv[2]), ${context})`;
  return run(process.execPath, ['-e', script, file, JSON.stringify(sent)], { timeout: 30_000 });
}

async function invoke(file: string, event: object): Promise<Record<string, unknown>> {
  await invokeRaw(file, event);
  return cloudFormation.answers[cloudFormation.answers.length - 1];
}

test('handlers that cannot be loaded are answered for, and the Delete that follows succeeds', async () => {
  const broken = bundle('test/lambda/runtime/support/broken/index.ts');
  const created = await invoke(broken, {});
  expect(created).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: expect.stringMatching(/^create-failed\//),
    Reason: 'Cannot find module "left-out" (log group /aws/lambda/provider, request invocation-1)',
  });
  expect(await invoke(broken, deleteOf(String(created.PhysicalResourceId)))).toMatchObject({ Status: 'SUCCESS' });
});

test('the bundle of the IoT family is one file that knows its resource types', async () => {
  const { Status, Reason } = await invoke(IOT, {});
  expect(Status).toBe('FAILED');
  const types = { ...SoftwarePackageResourceType, ...IotSweepType };
  for (const type of Object.values(types)) expect(Reason).toContain(type);
});

/** The parts of a bundle that an event makes run. */
async function partsRunBy(event: object): Promise<string[]> {
  const file = join(directory, 'shows-parts.js');
  copyFileSync(IOT, file);
  appendFileSync(
    file,
    `process.on('exit', () => console.error(Object.keys($parts).filter(name => $parts[name].module).join()));`,
  );
  const { stderr } = await invokeRaw(file, event).catch((error: { stderr: string }) => error);
  return stderr.match(/\.\/[a-z-]+(?=\d*\.js)/g) ?? [];
}

test('an artifact’s event runs none of the sweeps’ code, and a slice none of the artifacts’', async () => {
  const artifact = await partsRunBy({ ResourceType: SoftwarePackageResourceType.PACKAGE });
  expect(artifact).toContain('./handlers');
  expect(artifact).not.toContain('./sweep-handlers');
  for (const event of [
    { sweep: 'SLICE', config: {}, stackId: EVENT_STACK_ID },
    { ResourceType: IotSweepType.JOB_EXECUTION_CLEANUP },
  ]) {
    const sweep = await partsRunBy({ execution: '', state: {}, ...event });
    expect(sweep).toContain('./sweep-handlers');
    expect(sweep).not.toContain('./handlers');
  }
});

test('the bundle serves slices of sweeps, and what fails in one reaches the state machine', async () => {
  const slice = {
    sweep: 'SLICE',
    config: { type: 'Custom::Unknown', name: 'fleet/Sweep' },
    stackId: EVENT_STACK_ID,
    execution: 'arn:aws:states:us-east-1:111111111111:execution:sweep:run',
    stateMachine: 'arn:aws:states:us-east-1:111111111111:stateMachine:sweep',
    state: { cursor: {} },
  };
  await expect(invoke(IOT, slice)).rejects.toThrow('unknown kind of sweep');
});

test('an answered event leaves no timer or connection that keeps the function awake', async () => {
  const event = deleteOf('x', {
    ResourceType: SoftwarePackageResourceType.PACKAGE,
    ResourceProperties: { PackageName: 'p' },
  });
  expect(await invoke(IOT, event)).toMatchObject({ PhysicalResourceId: 'x' });
});
