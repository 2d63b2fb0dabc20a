// The story of a package whose versions are created and deleted with a stack.
import { GetPackageCommand, GetPackageVersionCommand, ListPackageVersionsCommand } from '@aws-sdk/client-iot';
import { check, requireSaid } from '../report.mjs';
import { bold, say, table } from '../screen.mjs';
import { orUndefined, planOf, runCli, stackStatus } from '../stage.mjs';

const APP = 'examples/software-packages/app.mjs';
const STACK = 'SoftwarePackages';
const PACKAGE = 'brake-ecu';
const SIGNED = { signing: 'ed25519' };
const publishedDefault = version => ({ version, status: 'PUBLISHED', isDefault: true, attributes: SIGNED });

const STEPS = [
  {
    title: 'The first release: 1.0.0 is created, published and made the default',
    command: ['deploy', '-c', 'release=1'],
    succeeds: true,
    state: { stack: 'CREATE_COMPLETE', package: PACKAGE, versions: [publishedDefault('1.0.0')] },
  },
  {
    title: 'The next release: 2.0.0 becomes the default, 1.0.0 goes with its construct',
    plan: { context: 'release=2', says: [/brake-ecu\/2\.0\.0.*create, publish/, /brake-ecu\/1\.0\.0.*delete/] },
    command: ['deploy', '-c', 'release=2'],
    succeeds: true,
    state: { stack: 'UPDATE_COMPLETE', package: PACKAGE, versions: [publishedDefault('2.0.0')] },
  },
  {
    title: 'A release that cannot work: it changes an attribute of 2.0.0, which is published',
    command: ['deploy', '-c', 'release=3'],
    succeeds: false,
    // what the message of the failed resource must contain.
    reason: [/attributes \(signing\)/, /version ?name/i],
    state: { stack: 'UPDATE_ROLLBACK_COMPLETE', package: PACKAGE, versions: [publishedDefault('2.0.0')] },
  },
  {
    title: 'The end: the stack is destroyed, and takes with it what it owns',
    command: ['destroy', '--force'],
    succeeds: true,
    state: { stack: 'none', package: 'none', versions: [] },
  },
];

export const packageSteps = stage => STEPS.map(step => ({ title: step.title, play: () => play(stage, step) }));

async function play(stage, step) {
  if (step.plan) await showPlan(stage, step.plan);
  const since = Date.now();
  const ended = await runCli(stage, { app: APP, stack: STACK, command: step.command });
  const { cloudFormation, iot } = stage.clients;
  const state = { stack: await stackStatus(cloudFormation, STACK), ...(await packageState(iot)) };
  sayState(state, since);
  check(step, { ...ended, state });
}

/** The plan shows what is deleted before the deployment. */
async function showPlan(stage, { context, says }) {
  const { code, output } = await planOf(stage, { app: APP, context });
  requireSaid('the plan', { code, output }, says);
}

async function packageState(iot) {
  const packageName = PACKAGE;
  const found = await orUndefined('ResourceNotFoundException', iot.send(new GetPackageCommand({ packageName })));
  if (!found) return { package: 'none', versions: [] };
  const { packageVersionSummaries } = await iot.send(new ListPackageVersionsCommand({ packageName }));
  const versions = [];
  for (const { versionName, status } of packageVersionSummaries) {
    const { attributes = {} } = await iot.send(new GetPackageVersionCommand({ packageName, versionName }));
    versions.push({ version: versionName, status, isDefault: found.defaultVersionName === versionName, attributes });
  }
  return { package: packageName, versions };
}

function sayState({ stack, package: name, versions }, since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  say(`    after ${seconds} s: stack ${bold(stack)}, package ${bold(name)}`);
  if (versions.length === 0) return;
  table(
    ['version', 'status', 'default', 'attributes'],
    versions.map(({ version, status, isDefault, attributes }) => [
      version,
      status,
      isDefault ? 'yes' : '',
      Object.entries(attributes)
        .map(pair => pair.join('='))
        .join(', '),
    ]),
  );
}
