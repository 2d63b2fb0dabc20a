const { join, sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** What mostly waits, for processes or for time: how many seconds it takes, the longest first. */
const WAITING = {
  'test/e2e/schemas.test.ts': 30,
  'test/e2e/provider.test.ts': 27,
  'cli/test/sweep.test.ts': 23,
  'test/e2e/sweeps-owners.test.ts': 20,
  'test/e2e/sweeps-scale.test.ts': 19,
  'test/e2e/sweeps-retention.test.ts': 18,
  'test/e2e/releases.test.ts': 14,
  'test/e2e/sweeps-permissions.test.ts': 12,
  'test/e2e/schema-retention.test.ts': 12,
  'test/docs/deployed.test.ts': 11,
  'cli/test/reads-only.test.ts': 11,
  'test/e2e/cdk-cli.test.ts': 10,
  'test/e2e/sweeps-cleanup.test.ts': 9,
  'cli/test/plan.test.ts': 9,
  'local/test/core/lambda.test.ts': 6,
  'local/test/cloudformation/cdk-cli.test.ts': 5,
};

/** What computes for long, in the same way. */
const COMPUTING = {
  'test/deployments/throttled.test.ts': 15,
  'test/package/reproducible.test.ts': 15,
  'test/deployments/metadata-where-it-failed.test.ts': 14,
  'test/deployments/chain-where-it-failed.test.ts': 12,
  'test/histories/glue.test.ts': 10,
  'test/faults/iot.test.ts': 9,
  'test/deployments/exchanged-where-it-failed.test.ts': 8,
  'test/lib/provider/permissions.test.ts': 8,
  'test/docs/snippets.test.ts': 7,
};

/** How many of the four workers run what waits: the others keep two cores busy meanwhile. */
const FOR_WAITING = 2;
const FOR_COMPUTING = 2;

const ROOT = join(__dirname, '..');
const nameOf = ({ path }) => path.slice(ROOT.length + 1).replaceAll(sep, '/');

/** As the tables say, else as it took the last time, which Jest does not know in a fresh clone. */
const secondsOf = test => WAITING[nameOf(test)] ?? COMPUTING[nameOf(test)] ?? (test.duration ?? 1000) / 1000;

/** When each file starts if so many workers take one after the other. */
function starts(tests, workers) {
  const free = Array(workers).fill(0);
  return tests.map(test => {
    const at = Math.min(...free);
    free[free.indexOf(at)] = at + secondsOf(test);
    return { test, at };
  });
}

/** Has the files start first that take longest, and never so many at a time that wait that a core is idle. */
class NeverIdle extends Sequencer {
  sort(tests) {
    const longestFirst = super.sort(tests).sort((a, b) => secondsOf(b) - secondsOf(a));
    const [waiting, computing] = [true, false].map(waits =>
      longestFirst.filter(test => nameOf(test) in WAITING === waits),
    );
    return [...starts(waiting, FOR_WAITING), ...starts(computing, FOR_COMPUTING)]
      .sort((a, b) => a.at - b.at)
      .map(({ test }) => test);
  }
}

module.exports = NeverIdle;
/** @type {Record<string, number>} */
module.exports.LONG = { ...WAITING, ...COMPUTING };
module.exports.WAITING = WAITING;
