// One app in a process of its own, whose CPU time is measured: a kind of artifact, and how many of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

const [kind, count] = [process.argv[2], Number(process.argv[3])];
const library = kind === 'bare' ? undefined : await import('cdk-versioned-artifacts');
const definition = index => library.SchemaDefinition.fromObject({ type: 'string', index });
const schema = schemaName => library.SchemaReference.fromSchemaName({ schemaName });

const KINDS = {
  bare: stack => {
    const code = Code.fromInline('exports.handler = async () => ({})');
    const handler = new Function(stack, 'Handler', { runtime: Runtime.NODEJS_LATEST, handler: 'index.handler', code });
    return index =>
      new CustomResource(stack, `V${index}.0.0`, {
        resourceType: 'Custom::IoTSoftwarePackageVersion',
        serviceToken: handler.functionArn,
        properties: { PackageName: 'brake-ecu', VersionName: `${index}.0.0`, Status: 'PUBLISHED' },
      });
  },
  versions: stack => {
    const softwarePackage = new library.SoftwarePackage(stack, 'Package', { packageName: 'brake-ecu' });
    const status = library.PackageVersionStatus.PUBLISHED;
    return index => softwarePackage.addVersion(`V${index}.0.0`, { versionName: `${index}.0.0`, status });
  },
  packages: stack => index => new library.SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` }),
  schemas: stack => index =>
    new library.SchemaVersion(stack, `S${index}`, { schema: schema(`s${index}`), definition: definition(index) }),
  'schema versions': stack => index =>
    new library.SchemaVersion(stack, `S${index}`, { schema: schema('orders'), definition: definition(index) }),
  'CloudBase versions': stack => {
    const accessToken = library.WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
    const service = { environmentId: 'prod', serverName: 'api', accessToken };
    return index =>
      new library.CloudBaseServiceVersion(stack, `V${index}`, { ...service, versionName: `api-${index}` });
  },
};

const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
const app = new App({ outdir, analyticsReporting: false });
const stack = new Stack(app, 'Bench');
const declare = KINDS[kind](stack);
for (let index = 0; index < count; index++) declare(index);
const { template } = app.synth().getStackByName('Bench');
rmSync(outdir, { recursive: true });
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu: Math.round((user + system) / 1000), bytes: JSON.stringify(template).length }));
