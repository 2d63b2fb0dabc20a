// The calls that each operation on an artifact costs, as the local AWS records them: to the service, and to CloudFormation,
// which is asked whether the event is still its resource's operation.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import {
  DefaultPackageVersion,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
  VersionRemoval,
} from 'cdk-versioned-artifacts';

const packageName = 'brake-ecu';
const version = {
  versionName: '1.0.0',
  description: 'the first',
  attributes: { signing: 'ed25519' },
  status: PackageVersionStatus.PUBLISHED,
};

const withVersion = props => stack => {
  const softwarePackage = new SoftwarePackage(stack, 'Package', { packageName });
  if (props) softwarePackage.addVersion('V1', props);
};

const withDefault = more => stack => {
  const softwarePackage = new SoftwarePackage(stack, 'Package', { packageName, removalPolicy: RemovalPolicy.DESTROY });
  const props = { status: PackageVersionStatus.PUBLISHED, removal: VersionRemoval.DELETE, ...more };
  const [first] = ['1.0.0', '2.0.0'].map(name => softwarePackage.addVersion(name, { versionName: name, ...props }));
  new DefaultPackageVersion(stack, 'Default', { version: first });
};

const withSchemaVersion = more => stack =>
  void new SchemaVersion(stack, 'V', {
    schema: SchemaReference.fromSchemaName({ schemaName: 'orders' }),
    definition: SchemaDefinition.fromObject({
      type: 'record',
      name: 'Order',
      fields: [{ name: 'amount', type: 'int', default: 0 }],
    }),
    removal: VersionRemoval.DELETE,
    ...more,
  });

/** What is deployed one after the other, in a stack of its own each; `undefined` destroys it. Goals are the least that works. */
const STORIES = [
  [
    [undefined, withVersion()],
    ['create a draft', withVersion({ versionName: '1.0.0' }), 1],
  ],
  [
    [undefined, withVersion()],
    ['create and publish a version', withVersion(version), 2],
    ['update that changes nothing', withVersion({ ...version, salt: '1' }), 2],
    ['update of the description', withVersion({ ...version, salt: '1', description: 'the very first' }), 3],
    ['delete a version that stays', withVersion(), 2],
  ],
  [
    [undefined, withDefault({ protectInActiveJobs: false })],
    ['destroy a package, two versions and the default', undefined, 10],
  ],
  [
    [undefined, withDefault()],
    ['the same, where active jobs protect versions', undefined, 10],
  ],
  [
    ['register a schema version', withSchemaVersion(), 3],
    ['its update that changes nothing', withSchemaVersion({ salt: '1' }), 2],
    ['destroy it', undefined, 4],
  ],
];

export const title = 'Calls that an operation costs';

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const rows = [];
    for (const [index, story] of STORIES.entries()) rows.push(...(await tell(story, join(folder, String(index)))));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const goals = rows =>
  rows.map(({ step: what, calls: now, least }) => ({ what, now, peer: least, goal: least + 1 }));

async function tell(story, folder) {
  const aws = await LocalAws.start();
  try {
    await aws.glue.createSchema('orders', { SchemaDefinition: '{"type":"record","name":"Order","fields":[]}' });
    const rows = [];
    for (const [index, [step, declare, least]] of story.entries()) {
      // Claims count in seconds: an event in the second of the claim before asks CloudFormation, which no real deployment does.
      if (index > 0) await setTimeout(1000);
      aws.calls.clear();
      await deploy(aws, join(folder, String(index)), declare);
      if (step === undefined) continue;
      const all = aws.calls
        .filter({ principal: 'role' })
        .filter(({ service }) => ['iot', 'glue', 'cloudformation'].includes(service));
      const asked = all.filter(({ service }) => service === 'cloudformation').length;
      const operations = all.filter(({ service }) => service !== 'cloudformation').map(({ operation }) => operation);
      rows.push({ step, calls: all.length, least, 'of CloudFormation': asked, operations: inWords(operations) });
    }
    return rows;
  } finally {
    await aws.stop();
  }
}

async function deploy(aws, outdir, declare) {
  let outcome;
  if (declare) {
    const app = new App({ outdir, analyticsReporting: false });
    declare(new Stack(app, 'Bench'));
    outcome = await deployAssembly(aws, app.synth().directory, 'Bench');
  } else {
    outcome = await aws.cloudFormation.destroy('Bench');
  }
  if (!/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(outcome.status)) throw new Error(JSON.stringify(outcome));
  await aws.settled();
}

function inWords(operations) {
  const counts = new Map();
  for (const operation of operations) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return [...counts].map(([operation, count]) => (count > 1 ? `${count} ${operation}` : operation)).join(', ');
}
