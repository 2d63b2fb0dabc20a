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

export const leanSdk = [environmentCredentials, noEventStreams, neededShapes, shortManifests];
