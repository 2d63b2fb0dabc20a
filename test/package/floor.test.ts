import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace';

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

test.each(['aws-cdk-lib', 'constructs'])('the oldest %s that is supported is the one that is tested', name => {
  const { version } = manifest(join(ROOT, 'node_modules', `${name}-floor`));

  expect(manifest(ROOT).peerDependencies[name]).toBe(`^${version}`);
});
