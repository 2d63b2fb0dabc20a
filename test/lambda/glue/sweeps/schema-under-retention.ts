/** The schema `orders` under a retention: what imports this has a local AWS of its own in each test. */
import { GlueClient } from '@aws-sdk/client-glue';
import { LocalAws, type SeededVersion } from 'cdk-versioned-artifacts-local';
import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../../../contract/glue';
import { glueSweeps } from '../../../../lambda/glue/sweeps';
import { Deadline } from '../../../../lambda/runtime/clock';
import { Paces } from '../../../../lambda/sweep/pace';
import { type Candidate, type Many, type SourceTools, type SweepSource } from '../../../../lambda/sweep/source';
import { DEVELOPER } from '../../../../testing/access';
import { SteppingClock } from '../../../../testing/clock';
import { DirectHandler } from '../../../../testing/direct-handler';
import { STACK_ID, SweepWorld } from '../../../../testing/sweep/sweep-world';

export const DAY = 86_400_000;
/** How long a version may wait for the record of its deployment, in milliseconds. */
export const UNMARKED = 60_000;

export let clock: SteppingClock;
export let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', { Compatibility: 'BACKWARD' });
});
afterEach(() => aws.stop());

type More = Partial<SchemaVersionRetentionConfig>;

const configOf = (more: More): SchemaVersionRetentionConfig => ({
  type: GlueSweepType.SCHEMA_VERSION_RETENTION,
  name: 'orders/Keep',
  rules: { keepLatest: 1 },
  statuses: ['AVAILABLE'],
  requestsPerSecond: 8,
  registryName: 'default-registry',
  schemaName: 'orders',
  removeFailed: true,
  protectedMetadata: {},
  advanceCheckpoint: false,
  onVersionError: 'FAIL',
  ...more,
});

const client = () =>
  new GlueClient({
    endpoint: aws.endpoint,
    region: aws.region,
    ...DEVELOPER,
    maxAttempts: 1,
    requestHandler: new DirectHandler(aws),
  });

/** A retention of the schema `orders`, through the real SDK. */
export function sweepOf(more: More = {}): SweepWorld {
  const config = configOf(more);
  const glue = client();
  return new SweepWorld(config.type, config, () => glueSweeps(glue), clock);
}

/** What a retention of the schema lists and decides in a slice that lasts for some milliseconds. */
export function sliceOf(milliseconds: number, more: More = {}): SweepSource<Candidate> & Many<Candidate> {
  const deadline = new Deadline(clock, clock.now() + milliseconds);
  const config = configOf(more);
  const paces = new Paces({ requestsPerSecond: config.requestsPerSecond, clock, deadline });
  const tools = { paces, clock, deadline, startedAt: clock.now(), stackId: STACK_ID } as unknown as SourceTools;
  const source = glueSweeps(client())[config.type].source(config, tools);
  return source as typeof source & Many<Candidate>;
}

/** Registers versions. */
export const register = (...versions: SeededVersion[]) => aws.glue.addVersions('orders', versions);
/** Versions for whose record nobody waits any more. */
export function add(...versions: SeededVersion[]): void {
  register(...versions);
  clock.advance(UNMARKED);
}
export const held = () => aws.glue.describe('orders');
export const left = () => {
  clock.advance(1_000);
  return Object.keys(held()?.versions ?? {}).map(Number);
};
export const byHand = (operation: string, input: object) =>
  aws.glue.byHand(operation, { SchemaId: { SchemaName: 'orders' }, ...input });
export const checkpoint = (VersionNumber: number) => byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber } });
export const deletions = () =>
  aws.calls
    .filter({ service: 'glue', operation: 'DeleteSchemaVersions', via: 'http' })
    .map(({ input }) => input.Versions);
export const outcomeOf = async (sweep: SweepWorld) => (await sweep.run()).state.outcome;
