import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import '../../testing/eager-functions';
import { FAMILIES } from '../../scripts/families';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, run, temporaryFolder } from '../package/workspace';

const folder = temporaryFolder();
let aws: LocalAws;
beforeAll(async () => {
  requireFresh(['constructs', 'handlers']);
  aws = await LocalAws.start();
  aws.weChat.addVersions('prod-6gxk23', 'api', [{ versionName: 'api-012', flowRatio: 100 }]);
  const secret = { Name: 'wechat/component-access-token', SecretString: aws.weChat.accessToken };
  await aws.call('secretsmanager', 'CreateSecret', secret);
});
afterAll(async () => {
  await aws.stop();
  folder.remove();
});

/** Synthesises the test of a family, without or with more context. Returns the folder and the stacks in it. */
async function synthesize(family: string, context: Record<string, string> = {}) {
  const assembly = join(folder.path, family + Object.keys(context).length);
  await run(process.execPath, [`integ/integ.${family}.mjs`], ROOT, {
    ...process.env,
    CDK_OUTDIR: assembly,
    CDK_CONTEXT_JSON: JSON.stringify(context),
  });
  const templates = readdirSync(assembly).filter(file => file.endsWith('.template.json'));
  const stacks = templates.map(file => file.replace('.template.json', ''));
  // what asserts comes after what is asserted.
  return { assembly, stacks: stacks.sort((a, b) => Number(/Assert/.test(a)) - Number(/Assert/.test(b))) };
}

test('each family has an integration test', () => {
  const apps = readdirSync(join(ROOT, 'integ')).filter(file => file.startsWith('integ.'));

  expect(apps.sort()).toEqual(FAMILIES.map(family => `integ.${family}.mjs`).sort());
});

test.each(FAMILIES)('the integration test of %s deploys what it is known to deploy', async family => {
  const { assembly, stacks } = await synthesize(family);
  const template = (stack: string) => readFileSync(join(assembly, `${stack}.template.json`), 'utf8');
  const masked = (text: string) => JSON.parse(text.replace(/[0-9a-f]{64}/g, 'HASH').replace(/"\d{13}"/g, '"TIME"'));

  expect(Object.fromEntries(stacks.map(stack => [stack, masked(template(stack))]))).toMatchSnapshot();
});

test.each(FAMILIES)('the assertions of %s hold on the local AWS', async family => {
  const { assembly, stacks } = await synthesize(family, { apiEndpoint: aws.weChat.endpoint });
  const outputs: Record<string, string> = {};
  for (const stack of stacks) {
    const { status, outputs: made } = await deployAssembly(aws, assembly, stack);
    expect([stack, status]).toEqual([stack, 'CREATE_COMPLETE']);
    Object.assign(outputs, made);
  }

  const results = Object.entries(outputs).filter(([name]) => name.startsWith('AssertionResults'));
  expect(results).not.toEqual([]);
  expect(results).toEqual(results.map(([name]) => [name, '{"status":"success"}']));
});
