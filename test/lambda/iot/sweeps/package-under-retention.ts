/** A package under a retention: what imports this has a local AWS of its own in each test. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { type PackageVersionRetentionConfig } from '../../../../contract/iot';
import { SteppingClock } from '../../../../testing/clock';
import { DAY, IotSweep, PACKAGE, retention } from './iot-sweep';

export let clock: SteppingClock;
export let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await aws.iot.createPackage(PACKAGE);
});
afterEach(() => aws.stop());

export const sweepOf = (more: Partial<PackageVersionRetentionConfig> = {}) => new IotSweep(aws, retention(more), clock);
export const left = () => Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {}).sort();
export const publish = async (...names: string[]) => {
  for (const name of names) {
    await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    clock.advance(DAY);
  }
};
export const arnOf = (version: string) =>
  `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/${version}`;
export const job = (jobId: string, more: object = {}) =>
  aws.iot.byHand('CreateJob', { jobId, targets: [thing('t')], document: '{}', ...more });
const thing = (name: string) => `arn:aws:iot:${aws.region}:${aws.account}:thing/${name}`;
export const index = (namedShadowNames: string[] | undefined = ['$package']) =>
  aws.iot.byHand('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY',
      namedShadowIndexingMode: 'ON',
      filter: { namedShadowNames },
    },
  });
