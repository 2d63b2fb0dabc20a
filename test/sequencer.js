const { join, sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * What takes long because of the processes that it starts, the time that it waits or what it plays, the longest first. Where Jest has
 * not run a file yet, it goes by its size, and one of these would run alone at the end.
 */
const LONG = [
  'test/deployments/chain-where-it-failed.test.ts',
  'test/e2e/schemas.test.ts',
  'test/package/reproducible.test.ts',
  'test/e2e/provider.test.ts',
  'test/e2e/releases.test.ts',
  'cli/test/sweep.test.ts',
  'test/e2e/sweeps-retention.test.ts',
  'test/docs/deployed.test.ts',
  'test/e2e/sweeps-permissions.test.ts',
  'test/e2e/sweeps-owners.test.ts',
  'test/e2e/sweeps-scale.test.ts',
  'test/e2e/wechat.test.ts',
  'test/e2e/sweeps-cleanup.test.ts',
  'cli/test/plan.test.ts',
  'test/deployments/renamed-where-it-failed.test.ts',
  'test/e2e/cdk-cli.test.ts',
  'test/lambda/glue/sweeps/killed-retention.test.ts',
  'cli/test/reads-only.test.ts',
  'test/e2e/schema-retention.test.ts',
  'test/e2e/integ.test.ts',
  'test/package/pack.test.ts',
  'test/docs/snippets.test.ts',
  'local/test/cloudformation/cdk-cli.test.ts',
  'cli/test/truth.test.ts',
];

const ROOT = join(__dirname, '..');

const place = path => {
  const at = LONG.indexOf(path.slice(ROOT.length + 1).replaceAll(sep, '/'));
  return at === -1 ? LONG.length : at;
};

/** Has the files start first that take longest. */
class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => place(a.path) - place(b.path));
  }
}

module.exports = LongestFirst;
module.exports.LONG = LONG;
