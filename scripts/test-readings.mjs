// Runs the tests that depend on the services again, while the local AWS follows the other reading of everything that no
// evidence decides: docs/local-aws.md lists it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** The handlers with the services, deployments that go wrong, random histories, and what `verify` finds out. */
const HANDLERS = ['glue', 'iot', 'wechat'].map(service => `test/lambda/${service}`);
const CONCERNED = [...HANDLERS, 'test/deployments', 'test/histories', 'cli/test/verify'];

const run = (args, env) => spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = run([jest, '--ci', '--selectProjects', 'newest', '--', ...CONCERNED], {
  LOCAL_AWS_READINGS: 'other',
  // fewer histories than in a whole run.
  RUNS: process.env.RUNS ?? '15',
  // where a whole run plays some of many similar cases.
  CASES: 'all',
});
process.exitCode = status ?? 1;
