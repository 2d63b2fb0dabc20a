import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type Stack } from 'aws-cdk-lib';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import ts from 'typescript';
import { read } from '../docs/documents';

const [, section] = read('README.md').split('### Release from CI and keep 5');
const [, snippet] = /```ts\n(.*?)```/s.exec(section)!;

let deployments = 0;
let aws: LocalAws;
let directory: string;
beforeEach(async () => {
  aws = await LocalAws.start();
  directory = mkdtempSync(join(tmpdir(), 'keep-five-'));
});
afterEach(async () => {
  await aws.stop();
  rmSync(directory, { recursive: true });
});

async function upload(release: string): Promise<string> {
  const file = { Bucket: 'firmware-releases', Key: `brake-ecu-${release}.bin`, Body: Buffer.from(release) };
  return (await aws.call('s3', 'PutObject', file)).VersionId as string;
}

/** Synthesises the snippet as it stands in the README, and deploys it. */
async function release(RELEASE: string, OBJECT_VERSION: string): Promise<string> {
  const program = ts.transpileModule(`${snippet}\nexport { stack };`, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  }).outputText;
  const module: { stack?: Stack } = {};
  const environment = { env: { RELEASE, OBJECT_VERSION } };
  process.env.CDK_OUTDIR = join(directory, String(++deployments));
  try {
    new Function('require', 'exports', 'process', program)(require, module, environment);
  } finally {
    delete process.env.CDK_OUTDIR;
  }
  const app = module.stack!.node.root as App;
  const { status } = await deployAssembly(aws, app.synth().directory, 'BrakeEcu');
  await aws.settled();
  return status;
}

test('the seventh release leaves the newest five, each published, the last one as default', async () => {
  const VersioningConfiguration = { Status: 'Enabled' };
  await aws.call('s3', 'CreateBucket', { Bucket: 'firmware-releases' });
  await aws.call('s3', 'PutBucketVersioning', { Bucket: 'firmware-releases', VersioningConfiguration });
  const uploaded: Record<string, string> = {};
  for (const name of ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0']) {
    uploaded[name] = await upload(name);
    expect(await release(name, uploaded[name])).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  }

  const { versions, defaultVersionName } = aws.iot.describe('brake-ecu')!;
  expect(Object.keys(versions).sort()).toEqual(['1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0']);
  expect(Object.values(versions).map(({ status }) => status)).toEqual(Array(5).fill('PUBLISHED'));
  expect(defaultVersionName).toBe('1.7.0');

  // back again: what the stack itself has given up it may have.
  expect(await release('1.6.0', uploaded['1.6.0'])).toBe('UPDATE_COMPLETE');
  expect(aws.iot.describe('brake-ecu')).toMatchObject({ defaultVersionName: '1.6.0' });
});
