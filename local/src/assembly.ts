/** Brings the assets and stacks of a cloud assembly, as `cdk synth` writes it, to a local AWS without the CDK CLI. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { zipSync } from 'fflate';
import type { LocalAws } from './local-aws';
import type { DeployInput, StackOutcome } from './services/cloudformation/service';

type AccountAndRegion = Pick<LocalAws, 'account' | 'region'>;

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface StackProperties {
  readonly templateFile: string;
  readonly stackName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

interface FileAsset {
  readonly source: { readonly path?: string; readonly packaging?: 'file' | 'zip' };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

/** Uploads the file assets of an assembly to the places where its stacks expect them. */
export async function publishAssets(aws: LocalAws, assemblyDirectory: string): Promise<void> {
  for (const { directory, artifact } of artifactsOf(assemblyDirectory)) {
    if (artifact.type !== 'cdk:asset-manifest') continue;
    const { files = {} } = readJson<{ files?: Record<string, FileAsset> }>(
      join(directory, String(artifact.properties?.file)),
    );
    for (const asset of Object.values(files)) await publish(aws, directory, asset);
  }
}

/**
 * Uploads the assets of an assembly and deploys one of its stacks, and waits for the end.
 *
 * @throws if the assembly has no such stack; the message names those that it has
 */
export async function deployAssembly(
  aws: LocalAws,
  assemblyDirectory: string,
  stackName: string,
  options: Pick<DeployInput, 'parameters' | 'disableRollback' | 'onFailure'> = {},
): Promise<StackOutcome> {
  await publishAssets(aws, assemblyDirectory);
  const stacks = artifactsOf(assemblyDirectory)
    .filter(({ artifact }) => artifact.type === 'aws:cloudformation:stack')
    .map(({ id, directory, artifact }) => {
      const properties = artifact.properties as unknown as StackProperties;
      return { ...properties, directory, stackName: properties.stackName ?? id };
    });
  const stack = stacks.find(candidate => candidate.stackName === stackName);
  if (!stack) {
    const names = stacks.map(candidate => candidate.stackName).join(', ');
    throw new Error(`${assemblyDirectory} has no stack ${stackName}: it has ${names || 'none'}`);
  }
  return aws.cloudFormation.deploy({
    stackName,
    template: readFileSync(join(stack.directory, stack.templateFile), 'utf8'),
    parameters: { ...stack.parameters, ...options.parameters },
    tags: stack.tags,
    disableRollback: options.disableRollback,
    onFailure: options.onFailure,
  });
}

/** All artifacts of an assembly and of the assemblies that it contains. */
function artifactsOf(directory: string): { id: string; directory: string; artifact: Artifact }[] {
  const { artifacts = {} } = readJson<Manifest>(join(directory, 'manifest.json'));
  return Object.entries(artifacts).flatMap(([id, artifact]) =>
    artifact.type === 'cdk:cloud-assembly'
      ? artifactsOf(join(directory, String(artifact.properties?.directoryName)))
      : [{ id, directory, artifact }],
  );
}

async function publish(aws: LocalAws, directory: string, { source, destinations }: FileAsset): Promise<void> {
  if (source.path === undefined) return;
  const path = join(directory, source.path);
  const body = source.packaging === 'zip' ? zipOf(path) : readFileSync(path);
  for (const { bucketName, objectKey } of Object.values(destinations)) {
    const Bucket = withoutPlaceholders(bucketName, aws);
    await aws.call('s3', 'PutObject', { Bucket, Key: withoutPlaceholders(objectKey, aws), Body: body });
  }
}

function withoutPlaceholders(text: string, { account, region }: AccountAndRegion): string {
  return text
    .replaceAll('${AWS::AccountId}', account)
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::Partition}', 'aws');
}

/** A directory as a zip file. A zip file stays as it is. */
function zipOf(path: string): Buffer {
  if (!statSync(path).isDirectory()) return readFileSync(path);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const entries = files.map(entry => {
    const file = join(entry.parentPath, entry.name);
    return [relative(path, file).split(sep).join('/'), new Uint8Array(readFileSync(file))] as const;
  });
  return Buffer.from(zipSync(Object.fromEntries(entries), { level: 0 }));
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
