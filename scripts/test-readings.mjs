// Runs the tests of what leans on the services once more, while the local AWS does by the other reading what no evidence
// settles: docs/local-aws.md lists it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Handlers against the services, random histories, and what the command line finds out about an account. */
const CONCERNED = ['test/lambda/glue', 'test/lambda/iot', 'test/lambda/wechat', 'test/histories', 'cli/test/verify'];

const run = (args, env) => spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = run([jest, '--ci', '--selectProjects', 'newest', '--', ...CONCERNED], {
  LOCAL_AWS_READINGS: 'other',
  // of the histories fewer than of a whole run.
  RUNS: process.env.RUNS ?? '15',
});
process.exitCode = status ?? 1;
