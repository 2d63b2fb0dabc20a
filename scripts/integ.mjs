// Deploys the integration tests of integ/ with the real CDK CLI, reads the results of their assertions, and destroys
// them again: on a local AWS, or with --account in the account and region of the environment's credentials. Arguments
// select families: `npm run integ -- iot --account`.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { cdk, isolated } from './demo/stage.mjs';

const FAMILIES = readdirSync('integ').flatMap(file => /^integ\.(.+)\.mjs$/.exec(file)?.[1] ?? []);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { account: { type: 'boolean' }, context: { type: 'string', short: 'c', multiple: true } },
});
const unknown = positionals.filter(name => !FAMILIES.includes(name));
if (unknown.length > 0)
  throw new Error(`no integration test is called ${unknown.join(', ')}: name ${FAMILIES.join(', ')}`);

/** A local AWS with everything that the tests require. */
async function localAws() {
  const aws = await LocalAws.start();
  aws.weChat.addVersions('prod-6gxk23', 'api', [{ versionName: 'api-012', flowRatio: 100 }]);
  const secret = { Name: 'wechat/component-access-token', SecretString: aws.weChat.accessToken };
  await aws.call('secretsmanager', 'CreateSecret', secret);
  return aws;
}

/** Runs the test of a family. Returns its failures. */
async function run(family, { folder, env, context }) {
  const outputs = join(folder, 'outputs.json');
  const app = ['--app', `node integ/integ.${family}.mjs`, '--output', join(folder, 'cdk.out'), ...context];
  const all = ['--all', '--no-version-reporting'];
  const deployed = await cdk(['deploy', ...all, ...app, '--require-approval', 'never', '--outputs-file', outputs], env);
  const failed = deployed.code === 0 ? failedAssertions(outputs) : [deployed.output];
  const destroyed = await cdk(['destroy', ...all, ...app, '--force'], env);
  return destroyed.code === 0 ? failed : [...failed, destroyed.output];
}

function failedAssertions(file) {
  const outputs = Object.values(JSON.parse(readFileSync(file, 'utf8'))).flatMap(stack => Object.entries(stack));
  const results = outputs.filter(([name]) => name.startsWith('AssertionResults'));
  if (results.length === 0) return ['no assertion was made'];
  return results.filter(([, result]) => JSON.parse(result).status !== 'success').map(entry => entry.join(': '));
}

const folder = mkdtempSync(join(tmpdir(), 'integ-'));
const aws = options.account ? undefined : await localAws();
try {
  const given = (options.context ?? []).flatMap(value => ['-c', value]);
  const context = aws ? ['-c', `apiEndpoint=${aws.weChat.endpoint}`, ...given] : given;
  const env = aws ? { ...aws.env, ...isolated(folder) } : {};
  for (const family of positionals.length > 0 ? positionals : FAMILIES) {
    const failed = await run(family, { folder, env, context });
    console.log([`${family}: ${failed.length === 0 ? 'passed' : 'failed'}`, ...failed].join('\n'));
    if (failed.length > 0) process.exitCode = 1;
  }
} finally {
  await aws?.stop();
  rmSync(folder, { recursive: true });
}
