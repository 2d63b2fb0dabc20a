/** Reads what `cdk synth` has written: the stacks of an app, those of its stages and those nested in them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { type Template, type TemplateResource, parseTemplate } from './template';

/** A file of the app's that a deployment uploads. */
export interface FileAsset {
  /** As the templates name it, with placeholders for account and region. */
  readonly bucketName: string;
  readonly objectKey: string;
  /** Absent where it is made as it is uploaded. */
  readonly path?: string;
  readonly isZipped: boolean;
}

/** A stack of an app. */
export interface SynthesizedStack {
  /** As `cdk` lists it. */
  readonly id: string;
  readonly stackName: string;
  /** Absent where synthesis does not know it. */
  readonly region?: string;
  readonly account?: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly assets: readonly FileAsset[];
  /** Where its files are. */
  readonly directory: string;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, ManifestArtifact>>;
}

interface ManifestArtifact {
  readonly type: string;
  readonly displayName?: string;
  readonly environment?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}

type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

/** A file of a stack whose synthesizer leaves bucket and key to parameters (`LegacyStackSynthesizer`). */
interface ParameterAsset {
  readonly path: string;
  readonly packaging: string;
  readonly s3KeyParameter?: string;
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, AssetManifestFile>>;
}

interface AssetManifestFile {
  readonly source: { readonly path?: string; readonly packaging?: string };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

/** All stacks of an assembly, in the order of the manifest. */
export function readAssembly(directory: string): readonly SynthesizedStack[] {
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new UserError(
      `${directory} is no cloud assembly: it has no manifest.json. Run npx cdk synth first, or name its output by --app`,
    );
  }
  return stacksIn(directory);
}

function stacksIn(directory: string): SynthesizedStack[] {
  const { artifacts = {} } = readJson<Manifest>(join(directory, 'manifest.json'));
  const all = Object.entries(artifacts);
  const assets = all
    .filter(([, { type }]) => type === 'cdk:asset-manifest')
    .flatMap(([, { properties }]) => assetsOf(directory, String(properties?.file)));
  return all.flatMap(([id, artifact]) => {
    if (artifact.type === 'cdk:cloud-assembly') {
      return stacksIn(join(directory, String(artifact.properties?.directoryName)));
    }
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    const {
      templateFile,
      stackName = id,
      parameters = {},
    } = artifact.properties as {
      templateFile: string;
      stackName?: string;
      parameters?: Record<string, string>;
    };
    const template = readTemplate(join(directory, templateFile));
    const { displayName = id } = artifact;
    const own = [...assets, ...parameterAssetsOf(directory, artifact)];
    return [{ id: displayName, stackName, ...environmentOf(artifact), template, parameters, assets: own, directory }];
  });
}

/** The template of a stack that is nested in another one; `undefined` where the assembly does not hold it. */
export function nestedTemplate(
  { assets, directory }: Pick<SynthesizedStack, 'assets' | 'directory'>,
  { Metadata, Properties }: TemplateResource,
): Template | undefined {
  const named = Metadata?.['aws:asset:path'];
  const url = JSON.stringify(Properties?.TemplateURL ?? '');
  const path =
    typeof named === 'string' ? join(directory, named) : assets.find(asset => url.includes(asset.objectKey))?.path;
  return path !== undefined && existsSync(path) ? readTemplate(path) : undefined;
}

function assetsOf(directory: string, file: string): FileAsset[] {
  const { files = {} } = readJson<AssetManifest>(join(directory, file));
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ bucketName, objectKey }) => ({
      bucketName,
      objectKey,
      path: source.path === undefined ? undefined : join(directory, source.path),
      isZipped: source.packaging === 'zip',
    })),
  );
}

/** The name of the parameter stands for the key: the template has no more of it. */
function parameterAssetsOf(directory: string, { metadata, additionalMetadataFile }: ManifestArtifact): FileAsset[] {
  const all =
    metadata ?? (additionalMetadataFile ? readJson<Metadata>(join(directory, additionalMetadataFile)) : undefined);
  return Object.values(all ?? {})
    .flat()
    .filter(({ type }) => type === 'aws:cdk:asset')
    .flatMap(({ data }) => {
      const { path, packaging, s3KeyParameter } = data as ParameterAsset;
      if (s3KeyParameter === undefined) return [];
      return { bucketName: '', objectKey: s3KeyParameter, path: join(directory, path), isZipped: packaging === 'zip' };
    });
}

function environmentOf({ environment = '' }: ManifestArtifact): { account?: string; region?: string } {
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  const known = (value: string | undefined) => (value?.startsWith('unknown-') ? undefined : value);
  return { account: known(account), region: known(region) };
}

const readTemplate = (path: string) => parseTemplate(readFileSync(path, 'utf8'), path);

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}. Synthesize the app again`);
  }
}
