/** What docs/cost.md counts. */
import { type Stack } from 'aws-cdk-lib';
import { PackageVersionRetention, PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';
import { Fleet } from './fleet';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start();
});
afterEach(() => fleet.stop());

const release =
  (...names: string[]) =>
  (stack: Stack) => {
    const softwarePackage = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    for (const versionName of names) {
      softwarePackage.addVersion(`V${versionName}`, { versionName, status: PackageVersionStatus.PUBLISHED });
    }
    new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules: { keepLatest: 1 } });
  };

/** The invocations of a deployment and of the run that follows it. */
async function invocationsOf(define: (stack: Stack) => void): Promise<number> {
  fleet.aws.calls.clear();
  await fleet.deploy(define);
  await fleet.aws.settled();
  return fleet.aws.calls.filter({ service: 'lambda', operation: 'Invoke' }).length;
}

/** The states that each run has entered. */
const states = () =>
  fleet.aws.stepFunctions
    .executions()
    .map(({ history }) => history.events.filter(({ type }) => type.endsWith('StateEntered')).length);

test('an invocation for each artifact that is created, changed or removed, and for each slice of a run', async () => {
  expect(await invocationsOf(release('1.0.0', '2.0.0'))).toBe(3 + 1);
  expect(await invocationsOf(release('1.0.0', '2.0.0'))).toBe(1);
  // one is created, two go.
  expect(await invocationsOf(release('3.0.0'))).toBe(3 + 1);
  expect(Object.keys(fleet.aws.iot.describe('brake-ecu')!.versions)).toEqual(['3.0.0']);
});

test('three states for a run that one slice finishes', async () => {
  await invocationsOf(release('1.0.0'));
  expect(states()).toEqual([3]);
});
