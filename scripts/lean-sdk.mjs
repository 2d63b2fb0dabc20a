// esbuild plugins that leave out of the AWS SDK what no handler uses. Each one fails the build where it finds nothing to
// change any more: a new release of the SDK then is a red build, and never a handler that is quietly larger or broken.
import { readFile } from 'node:fs/promises';

/** A plugin that replaces modules; it must have replaced one by the end of a build that holds a client of the SDK. */
function replacing(name, setup) {
  return {
    name,
    setup(build) {
      let applied = false;
      let hasClient = false;
      build.onStart(() => void (applied = hasClient = false));
      build.onResolve({ filter: /^@aws-sdk\/client-/ }, () => void (hasClient = true));
      setup(build, () => (applied = true));
      build.onEnd(() => {
        if (applied || !hasClient) return undefined;
        return {
          errors: [{ text: `the AWS SDK has nothing left that "${name}" would leave out: adapt scripts/lean-sdk.mjs` }],
        };
      });
    },
  };
}

const inClient = file => new RegExp(String.raw`[\\/]node_modules[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]${file}$`);

/** A function's credentials are in its environment: of the chain of places where the SDK looks, the first is enough. */
const environmentCredentials = replacing('environment-credentials', ({ onResolve, onLoad }, apply) => {
  onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ resolveDir }) => {
    apply();
    return { path: 'environment', namespace: 'credentials', pluginData: resolveDir };
  });
  onLoad({ filter: /./, namespace: 'credentials' }, ({ pluginData: resolveDir }) => ({
    contents: `export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';`,
    resolveDir,
  }));
});

/** No handler streams events, and esbuild does not tree-shake what is imported dynamically. */
const noEventStreams = replacing('no-event-streams', ({ onResolve, onLoad }, apply) => {
  onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind }) => {
    if (kind !== 'dynamic-import') return undefined;
    apply();
    return { path: 'none', namespace: 'event-streams' };
  });
  onLoad({ filter: /./, namespace: 'event-streams' }, () => ({
    contents: 'export const eventStreamSerdeProvider = undefined; export const EventStreamSerde = undefined;',
  }));
});

/**
 * Lets esbuild drop the shapes of operations that nobody calls: to it, a computed key and the registration of an error's
 * class are side effects. An error without a class of its own has the name that the service gave it, which is what
 * handlers go by.
 */
const neededShapes = replacing('needed-shapes', ({ onLoad }, apply) => {
  onLoad({ filter: inClient(String.raw`dist-es[\\/]schemas[\\/]schemas_\d+\.js`) }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const constants = new Map(
      [...source.matchAll(/^const (\w+) = ("[^"\\\n]*");$/gm)].map(([, constant, text]) => [constant, text]),
    );
    const contents = source
      .replace(/\[(\w+)\]:/g, (key, constant) => (constants.has(constant) ? `${constants.get(constant)}:` : key))
      .replace(/^n\d+_registry\.registerError\(.*\);$/gm, '');
    if (contents !== source) apply();
    return { contents };
  });
});

/** A client reads its version from its manifest, which holds much else. */
const shortManifests = replacing('short-manifests', ({ onLoad }, apply) => {
  onLoad({ filter: inClient(String.raw`package\.json`) }, async ({ path }) => {
    apply();
    const { version } = JSON.parse(await readFile(path, 'utf8'));
    return { contents: JSON.stringify({ version }), loader: 'json' };
  });
});

/** To esbuild an expression that a module makes with `new RegExp` is a side effect, and keeps what it is for. */
const pureExpressions = replacing('pure-expressions', ({ onLoad }, apply) => {
  onLoad(
    { filter: /[\\/]node_modules[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/](schema-)?date-utils\.js$/ },
    async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/^(const \w+ = )(?=new RegExp\()/gm, '$1/* @__PURE__ */ ');
      if (contents !== source) apply();
      return { contents };
    },
  );
});

/** Of a region that is listed the table of partitions tells its name besides; which partition it is in, the pattern does. */
const partitionsOnly = replacing('partitions-only', ({ onLoad }, apply) => {
  onLoad({ filter: /[\\/]@aws-sdk[\\/]core[\\/]dist-es[\\/].*[\\/]aws[\\/]partitions\.js$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const contents = source.replace(/("(?!aws-)[a-z]+-[a-z-]+-\d+"): \{\s*"description": "[^"]*"\s*\},?/g, '');
    if (contents !== source) apply();
    return { contents };
  });
});

/** Of all that the signer signs, handlers send requests. */
const requestsOnly = replacing('requests-only', ({ onLoad }, apply) => {
  onLoad({ filter: /[\\/]@smithy[\\/]signature-v4[\\/]dist-es[\\/]SignatureV4\.js$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const contents = source
      .replace(/^ {4}async presign\([^]*?(?=^ {4}async sign\()/m, '')
      .replace(/^ {4}async signEvent\([^]*?(?=^ {4}async signRequest\()/m, '');
    if (contents !== source) apply();
    return { contents };
  });
});

/** A plugin that puts a few lines in the place of a module of the SDK, which must have all that is imported of it. */
const standIn = (name, file, contents) =>
  replacing(name, ({ onLoad }, apply) => {
    const path = file
      .replaceAll('.', String.raw`\.`)
      .replaceAll('/', String.raw`[\\/]`)
      .replaceAll('*', '[a-z-]+');
    onLoad({ filter: new RegExp(String.raw`[\\/]node_modules[\\/]${path}$`) }, () => {
      apply();
      return { contents };
    });
  });

const CORE = '@smithy/core/dist-es/submodules';
const AWS_CORE = '@aws-sdk/core/dist-es/submodules';

const standIns = [
  // a function has no home with files in it: what is configured is in its environment.
  standIn(
    'no-files',
    `${CORE}/config/shared-ini-file-loader/loadSharedConfigFiles.js`,
    `export { CONFIG_PREFIX_SEPARATOR } from "./constants";
     export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  ),
  standIn(
    'no-instance',
    `${CORE}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`,
    'export const getInstanceMetadataRegion = async () => undefined;',
  ),
  // no client is made with a mode, of which two would ask the metadata of an instance of EC2.
  standIn(
    'no-defaults-mode',
    `${CORE}/config/defaults-mode/resolveDefaultsModeConfig.js`,
    'export const resolveDefaultsModeConfig = () => async () => "legacy";',
  ),
  // nor with extensions,
  standIn(
    'no-extensions',
    '@aws-sdk/client-*/dist-es/runtimeExtensions.js',
    'export const resolveRuntimeExtensions = config => config;',
  ),
  // nor with a logger: the handlers log themselves.
  standIn(
    'no-logger',
    `${AWS_CORE}/client/middleware-logger/loggerMiddleware.js`,
    `export const loggerMiddleware = undefined, loggerMiddlewareOptions = undefined;
     export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  ),
  standIn(
    'no-log-filter',
    `${CORE}/client/smithy-client/schemaLogFilter.js`,
    'export const schemaLogFilter = (_, data) => data;',
  ),
  // what handlers call invokes no function: there is no loop for Lambda to detect.
  standIn(
    'no-recursion',
    `${AWS_CORE}/client/middleware-recursion-detection/getRecursionDetectionPlugin.js`,
    'export const getRecursionDetectionPlugin = () => ({ applyToStack() {} });',
  ),
  // which of its features are used the SDK would tell AWS in a header.
  standIn(
    'no-features',
    `${AWS_CORE}/client/middleware-user-agent/check-features.js`,
    'export const checkFeatures = async () => {};',
  ),
  // the Node.js of a function is Lambda's choice: nobody reads the warning.
  standIn(
    'no-warning',
    `${AWS_CORE}/client/emitWarningIfUnsupportedVersion.js`,
    'export const state = {}; export const emitWarningIfUnsupportedVersion = () => {};',
  ),
  // names of buckets are parameters of Amazon S3's endpoints alone.
  standIn(
    'no-buckets',
    `${CORE}/endpoints/middleware-endpoint/service-customizations/s3.js`,
    `export const resolveParamsForS3 = undefined, isArnBucketName = undefined, isDnsCompatibleBucketName = undefined;
     export const DOT_PATTERN = undefined, S3_HOSTNAME_PATTERN = undefined;`,
  ),
  // Node.js hashes itself.
  standIn('native-sha256', `${CORE}/checksum/sha256/Sha256Js.js`, 'export class Sha256Js {}'),
  // clients repeat in the standard mode, and sweeps have their own pace.
  standIn(
    'no-adaptive-retries',
    `${CORE}/retry/util-retry/AdaptiveRetryStrategy.js`,
    'export class AdaptiveRetryStrategy {}',
  ),
  // events that are streamed are signed header by header,
  standIn(
    'no-event-signing',
    '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    'export class HeaderFormatter {} export class Int64 {}',
  ),
  // and no body is streamed.
  standIn(
    'no-streams',
    `${CORE}/serde/util-stream/sdk-stream-mixin.js`,
    'export const sdkStreamMixin = stream => stream;',
  ),
  // globs are compiled, never taken apart.
  standIn('no-scan', 'picomatch/lib/scan.js', 'module.exports = undefined;'),
];

export const leanSdk = [
  environmentCredentials,
  noEventStreams,
  neededShapes,
  shortManifests,
  pureExpressions,
  partitionsOnly,
  requestsOnly,
  ...standIns,
];
