import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { snippets } from '../docs/documents';
import { ROOT, link, run, temporaryFolder } from './workspace';

jest.setTimeout(120_000);

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** As `cdk init` writes it. */
const CONFIG = { testEnvironment: 'node', testMatch: ['**/*.test.ts'], transform: { '^.+\\.tsx?$': ['@swc/jest'] } };

/** What loads the interpreter of state machines, which nothing else does. */
const STATE_MACHINE = `
test('a state machine is made', async () => {
  const aws = await LocalAws.start({ authorize: false });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const Principal = { Service: 'states.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const role = { RoleName: 'any', AssumeRolePolicyDocument: JSON.stringify({ Statement }) };
  const roleArn = 'arn:aws:iam::111111111111:role/any';
  try {
    await aws.call('iam', 'CreateRole', role);
    await aws.call('states', 'CreateStateMachine', { name: 'any', definition, roleArn });
  } finally {
    await aws.stop();
  }
});`;

test('the local AWS serves a test that Jest runs without a flag of Node.js', async () => {
  requireFresh(['constructs', 'handlers', 'local']);
  for (const name of ['aws-cdk-lib', 'constructs', '@swc']) link(name, folder.path);
  for (const [name, at] of Object.entries({
    'cdk-versioned-artifacts': '.',
    'cdk-versioned-artifacts-local': 'local',
  })) {
    symlinkSync(join(ROOT, at), join(folder.path, 'node_modules', name), 'junction');
  }
  writeFileSync(join(folder.path, 'package.json'), JSON.stringify({ jest: CONFIG }));
  const [{ code }] = snippets('ts', 'local/README.md', 'Start it');
  writeFileSync(join(folder.path, 'fleet.test.ts'), code + STATE_MACHINE);

  // without what the CDK looks for in each template, which takes it four seconds.
  const env = { PATH: process.env.PATH, CDK_VALIDATION: 'false' };
  await run(process.execPath, [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')], folder.path, env);
});
