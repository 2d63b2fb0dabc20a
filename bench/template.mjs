// What a template holds for a package and its versions, ours beside what else could be written.
import { App, Stack } from 'aws-cdk-lib';
import { OURS, VARIANTS } from './peers.mjs';

const COUNTS = [1, 20];

async function measure(fill, count) {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Bench');
  await fill(stack, count);
  const { template } = app.synth().getStackByName('Bench');
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  return {
    versions: count,
    resources: types.length,
    functions: types.filter(type => type === 'AWS::Lambda::Function').length,
    policies: types.filter(type => type === 'AWS::IAM::Policy').length,
    bytes: JSON.stringify(template).length,
  };
}

export const title = 'Template of one package with its versions';

export async function run() {
  const rows = [];
  for (const [variant, fill] of Object.entries(VARIANTS)) {
    for (const count of COUNTS) rows.push({ variant, ...(await measure(fill, count)) });
  }
  return rows;
}

/** What stands in a template beside the package and its versions. */
const beside = ({ resources, versions }) => resources - versions - 1;

export function goals(rows) {
  const most = Math.max(...COUNTS);
  const of = name => rows.find(({ variant, versions }) => variant.startsWith(name) && versions === most);
  const [ours, provider, custom] = [OURS, 'cr.Provider (synchronous)', 'the same + AwsCustomResource'].map(of);
  return [
    // the provider's package is a version like the others.
    { what: `resources beside ${most} versions`, now: beside(ours), peer: beside(provider) + 1, goal: 4 },
    { what: `functions for ${most} versions`, now: ours.functions, peer: provider.functions, goal: 1 },
    { what: `bytes for ${most} published versions`, now: ours.bytes, peer: custom.bytes, goal: custom.bytes },
  ];
}
