// Runs the tests of one path with the newest peers, and first builds only what they load.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** The built parts that the tests of a folder load. Other tests use the sources. */
const LOADS = {
  'test/lib': ['constructs', 'handlers'],
  'test/e2e': ['constructs', 'handlers', 'local'],
  'test/package': ['constructs', 'handlers'],
  'test/docs': ['constructs', 'local'],
  'test/scripts': ['handlers'],
  'cli/test': ['constructs', 'handlers', 'local', 'cli'],
};

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('which tests? For example: npm run test:unit test/lambda/iot');
  process.exit(1);
}
const steps = Object.entries(LOADS)
  .filter(([folder]) => paths.some(path => `${path}/`.startsWith(`${folder}/`) || folder.startsWith(`${path}/`)))
  .flatMap(([, needed]) => needed);

const run = args => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const built = steps.length === 0 ? 0 : run(['scripts/build.mjs', ...new Set(steps)]);
process.exitCode = built || run([jest, '--selectProjects', 'newest', '--reporters', 'default', '--', ...paths]);
