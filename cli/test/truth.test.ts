import { type Stack } from 'aws-cdk-lib';
import { PackageVersionStatus, SoftwarePackage, VersionRemoval } from 'cdk-versioned-artifacts';
import { type ArtifactAction, type PlanReport } from '../src/plan/report';
import { firmware } from './firmware';
import { World } from './world';

/** What the functions of a deployment call for each thing that a plan says. */
const CALLS: Readonly<Partial<Record<ArtifactAction, readonly string[]>>> = {
  create: ['CreatePackage', 'CreatePackageVersion'],
  publish: ['UpdatePackageVersion PUBLISH'],
  deprecate: ['UpdatePackageVersion DEPRECATE'],
  move: ['UpdatePackage designates'],
  delete: ['DeletePackage', 'DeletePackageVersion'],
};

const given =
  (ids: Record<string, string>, { removal = VersionRemoval.DELETE, adoptExisting = false } = {}) =>
  (stack: Stack) => {
    const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu');
    for (const [id, versionName] of Object.entries(ids))
      softwarePackage.addVersion(id, { versionName, removal, adoptExisting, status: PackageVersionStatus.PUBLISHED });
  };

/** Releases, one after the other. */
const HISTORIES: Readonly<Record<string, readonly ((stack: Stack) => void)[]>> = {
  'the default moves on': [firmware(['1.0.0']), firmware(['1.0.0', '2.0.0']), firmware(['2.0.0']), firmware(['3.0.0'])],
  'versions are given up or deprecated': [
    firmware(['1.0.0', '2.0.0'], { removal: VersionRemoval.DEPRECATE }),
    firmware(['2.0.0'], { removal: VersionRemoval.RETAIN }),
    firmware(['3.0.0'], { removal: VersionRemoval.RETAIN }),
    firmware(['2.0.0', '3.0.0']),
  ],
  'constructs are renamed, and versions adopted': [
    given({ A: '1.0.0' }),
    given({ B: '1.0.0' }),
    given({ B: '1.0.0', C: '0.9.0' }, { adoptExisting: true }),
    given({ B: '1.0.1', C: '0.9.0' }),
  ],
};

test.each(Object.keys(HISTORIES))('a deployment does what its plan has said: %s', async name => {
  const world = await World.start();
  try {
    if (name.includes('adopted')) {
      await world.aws.iot.createPackage('brake-ecu');
      await world.aws.iot.createVersion('brake-ecu', '0.9.0', { status: 'DEPRECATED' });
    }
    for (const release of HISTORIES[name]) {
      const { said } = await world.run('plan', '--json', '--app', world.synth(release));
      const { stacks } = JSON.parse(said) as PlanReport;
      const planned = stacks.flatMap(({ artifacts }) => artifacts.flatMap(({ actions }) => actions));
      world.aws.calls.clear();
      await world.deploy(release);
      const called = world.aws.calls
        .filter({ service: 'iot', principal: 'role', via: 'http' })
        .filter(({ status }) => status === 200)
        .map(({ operation, input }) => [operation, detailOf(input)].filter(Boolean).join(' '));
      for (const [action, calls] of Object.entries(CALLS)) {
        const times = called.filter(call => calls.includes(call)).length;
        expect({ action, times: planned.filter(each => each === action).length }).toEqual({ action, times });
      }
    }
  } finally {
    await world.stop();
  }
});

const detailOf = ({ action, defaultVersionName }: { action?: string; defaultVersionName?: string }) =>
  action ?? (defaultVersionName === undefined ? undefined : 'designates');
