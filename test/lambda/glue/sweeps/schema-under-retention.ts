/** The schema `orders` under a retention: what imports this has a local AWS of its own in each test. */
import { GlueClient } from '@aws-sdk/client-glue';
import { LocalAws, type SeededVersion } from 'cdk-versioned-artifacts-local';
import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../../../contract/glue';
import { glueSweeps } from '../../../../lambda/glue/sweeps';
import { DEVELOPER } from '../../../../testing/access';
import { SteppingClock } from '../../../../testing/clock';
import { DirectHandler } from '../../../../testing/direct-handler';
import { SweepWorld } from '../../../../testing/sweep/sweep-world';

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

/** A retention of the schema `orders`, through the real SDK. */
export function sweepOf(more: Partial<SchemaVersionRetentionConfig> = {}): SweepWorld {
  const config: SchemaVersionRetentionConfig = {
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
  };
  const glue = new GlueClient({
    endpoint: aws.endpoint,
    region: aws.region,
    ...DEVELOPER,
    maxAttempts: 1,
    requestHandler: new DirectHandler(aws),
  });
  return new SweepWorld(config.type, config, () => glueSweeps(glue), clock);
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
