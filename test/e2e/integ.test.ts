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
  await synthesizeAll();
});
afterAll(async () => {
  await aws.stop();
  folder.remove();
});

const assemblyOf = (family: string, purpose: string) => join(folder.path, `${family}-${purpose}`);

/**
 * Synthesises the tests of all families, as they are and for the local AWS. All in one process, since each loads the CDK:
 * what the app's process does at its end, it does for all apps.
 */
async function synthesizeAll(): Promise<void> {
  const contexts = { plain: {}, local: { apiEndpoint: aws.weChat.endpoint } };
  const apps = FAMILIES.flatMap(family =>
    Object.entries(contexts).map(([purpose, context]) => ({
      path: `./integ/integ.${family}.mjs?${purpose}`,
      env: { CDK_OUTDIR: assemblyOf(family, purpose), CDK_CONTEXT_JSON: JSON.stringify(context) },
    })),
  );
  const script = `
    for (const { path, env } of ${JSON.stringify(apps)}) {
      Object.assign(process.env, env);
      await import(path);
    }
  `;
  await run(process.execPath, ['--input-type=module', '-e', script], ROOT);
}

/** The stacks of an assembly. */
function stacksIn(assembly: string): string[] {
  const templates = readdirSync(assembly).filter(file => file.endsWith('.template.json'));
  const stacks = templates.map(file => file.replace('.template.json', ''));
  // what asserts comes after what is asserted.
  return stacks.sort((a, b) => Number(/Assert/.test(a)) - Number(/Assert/.test(b)));
}

test('each family has an integration test', () => {
  const apps = readdirSync(join(ROOT, 'integ')).filter(file => file.startsWith('integ.'));

  expect(apps.sort()).toEqual(FAMILIES.map(family => `integ.${family}.mjs`).sort());
});

test.each(FAMILIES)('the integration test of %s deploys what it is known to deploy', family => {
  const assembly = assemblyOf(family, 'plain');
  const stacks = stacksIn(assembly);
  const template = (stack: string) => readFileSync(join(assembly, `${stack}.template.json`), 'utf8');
  const masked = (text: string) => JSON.parse(text.replace(/[0-9a-f]{64}/g, 'HASH').replace(/"\d{13}"/g, '"TIME"'));

  expect(Object.fromEntries(stacks.map(stack => [stack, masked(template(stack))]))).toMatchSnapshot();
});

test.each(FAMILIES)('the assertions of %s hold on the local AWS', async family => {
  const assembly = assemblyOf(family, 'local');
  const stacks = stacksIn(assembly);
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
