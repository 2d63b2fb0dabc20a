// esbuild plugins that leave out of the AWS SDK, and of the two libraries beside it, what no handler uses. Each one fails
// the build where it finds nothing to change any more: a new release of the SDK then is a red build, and never a handler
// that is quietly larger or broken.
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

/** Members of requests and responses that no handler writes or reads, by client: a test looks for their names. */
export const UNREAD = {
  iot: `abortConfig approximateSecondsBeforeTimedOut comment completedAt connectivity deviceDefender documentParameters
    documentSource expectedVersion forceCanceled geoLocations isConcurrent jobArn jobExecutionsRetryConfig
    jobExecutionsRolloutConfig jobTemplateArn presignedUrlConfig queryVersion reasonCode retryAttempt
    scheduledJobRollouts schedulingConfig statusDetails targetSelection thingGroupId thingGroupIndexingConfiguration thingGroupName thingGroupNames
    thingGroups thingId thingTypeName timeoutConfig`,
  cloudformation: `AliasName Capabilities ChangeSetId ClientRequestToken DeletionMode DeploymentConfig DetailedStatus
    DisableRollback DriftInformation EnableTerminationProtection HookFailureMode HookInvocationId HookInvocationPoint
    HookStatus HookStatusReason HookType LastOperations ModuleInfo NotificationARNs OperationId Outputs
    RetainExceptOnCreate RoleARN RollbackConfiguration RootId StackStatusReason TimeoutInMinutes`,
};

/** A shape with members: its head, their names, and their shapes. */
const SHAPE = /(= \[3, n0, \w+,\s+0,\s+)(\[.*\])(,\s+)(\[.*\])/g;

const elementsOf = array => array.slice(1, -1).match(/(?:[^,[({]|\([^)]*\)|\[[^\]]*\]|\{[^}]*\})+/g) ?? [];

/** Leaves out members, and with them their shapes: what an answer has besides, the SDK ignores. */
function withoutMembers(source, constants, unread) {
  const isUnread = member => unread.includes(JSON.parse(constants.get(member.trim()) ?? '""'));
  return source.replace(SHAPE, (...match) => {
    const [, head, members, between, shapes] = match;
    const read = elementsOf(members).map(member => !isUnread(member));
    const pick = array => `[${elementsOf(array).filter((__, index) => read[index])}]`;
    return head + pick(members) + between + pick(shapes);
  });
}

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
    const [, client] = /client-([a-z]+)/.exec(path);
    const named = source.replace(/\[(\w+)\]:/g, (key, constant) =>
      constants.has(constant) ? `${constants.get(constant)}:` : key,
    );
    const contents = withoutMembers(named, constants, UNREAD[client]?.split(/\s+/) ?? []).replace(
      /^n\d+_registry\.registerError\(.*\);$/gm,
      '',
    );
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

/** Of a region that is listed the table of partitions tells its name besides; which partition it is in, the pattern does. */
const partitionsOnly = replacing('partitions-only', ({ onLoad }, apply) => {
  onLoad({ filter: /[\\/]@aws-sdk[\\/]core[\\/]dist-es[\\/].*[\\/]aws[\\/]partitions\.js$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const contents = source.replace(/"[a-z]+-[a-z0-9-]+": \{\s*"description": "[^"]*"\s*\},?/g, '');
    if (contents !== source) apply();
    return { contents };
  });
});

const module = file => {
  const path = file
    .replaceAll('.', String.raw`\.`)
    .replaceAll('/', String.raw`[\\/]`)
    .replaceAll('*', '[a-z-]+');
  return { filter: new RegExp(String.raw`[\\/]node_modules[\\/]${path}$`) };
};

/** A plugin that puts a few lines in the place of a module of the SDK, which must have all that is imported of it. */
const standIn = (name, file, contents) =>
  replacing(name, ({ onLoad }, apply) => {
    onLoad(module(file), () => {
      apply();
      return { contents };
    });
  });

/** A plugin that cuts out of a module all that matches; it must find something for each of the patterns. */
const without = (name, file, patterns) =>
  replacing(name, ({ onLoad }, apply) => {
    onLoad(module(file), async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (patterns.every(pattern => pattern.test(source))) apply();
      return { contents: patterns.reduce((rest, pattern) => rest.replace(pattern, ''), source) };
    });
  });

/** A method, as it stands in the source of a class. */
const method = name => new RegExp(String.raw`^( +)(?:static )?(?:async )?${name} ?\([^]*?^\1\}\n`, 'm');

/** A function that is a variable or a property, as it stands in the source of a function. */
const definition = name => new RegExp(String.raw`^( +)(?:const ${name} =|${name}:) [^\n]*=> \{\n[^]*?^\1\}[,;]\n`, 'm');

/** Globs are matched in one way: whatever the library does in another is left out. */
export const GLOB_OPTIONS = { bash: true, dot: true, nonegate: true, windows: false };

const globOptions = replacing('glob-options', ({ onLoad }, apply) => {
  onLoad(module('picomatch/lib/p*.js'), async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const contents = source.replace(/\b(?:opts|options)\.(?!fastpaths)(\w+)\b(?! = )/g, (_, option) =>
      String(GLOB_OPTIONS[option] ?? 'void 0'),
    );
    if (contents !== source) apply();
    return { contents };
  });
});

const CORE = '@smithy/core/dist-es/submodules';
const AWS_CORE = '@aws-sdk/core/dist-es/submodules';

/** Methods of the SDK's that nothing in a bundle calls: a test looks for their names. */
export const UNCALLED = {
  [`${CORE}/schema/schemas/NormalizedSchema.js`]: ['getMemberName', 'getMemberSchema'],
  [`${CORE}/protocols/json/codec-v1/JsonShapeSerializer.js`]: ['writeDiscriminatedDocument'],
};

/** Of which more is left out than methods: only one plugin loads a module. */
const JSON_WRITER = `${CORE}/protocols/json/codec-v1/JsonShapeSerializer.js`;

const uncalled = Object.entries(UNCALLED)
  .filter(([file]) => file !== JSON_WRITER)
  .map(([file, methods]) => without(`uncalled-${methods[0]}`, file, methods.map(method)));

const cuts = [
  // of all that the signer signs, handlers send requests.
  without('requests-only', '@smithy/signature-v4/dist-es/SignatureV4.js', ['presign', 'signEvent'].map(method)),
  // what a client does with a request is only added to.
  without(
    'no-removals',
    `${CORE}/client/middleware-stack/MiddlewareStack.js`,
    ['removeByName', 'removeByReference', 'remove', 'removeByTag'].map(definition),
  ),
  // how requests are sent is never changed, and nobody would read the warning that more of them wait than are sent.
  without('no-sending-changes', '@smithy/node-http-handler/dist-es/node-http-handler.js', [
    ...['checkSocketUsage', 'updateHttpClientConfig', 'httpHandlerConfigs'].map(method),
    /^ +socketWarningTimeoutId = timing\.setTimeout\([^]*?1000\)\);\n/m,
  ]),
  // no handler streams events, or asks what only streams and generated clients ask. No operation in use has a host of its
  // own, and an endpoint comes taken apart.
  without('no-event-streams', `${CORE}/protocols/HttpProtocol.js`, [
    ...[
      'resolveError',
      'getRequestType',
      'getResponseType',
      'serializeEventStream',
      'deserializeEventStream',
      'loadEventStreamCapability',
      'resolveEventStreamMarshaller',
      'getEventStreamMarshaller',
    ].map(method),
    /^( {8})if \(this\.serdeContext\?\.disableHostPrefix\) \{[^]*?is not a valid hostname\.`\);\n\1\}\n/m,
    /^( {8})if \("url" in endpoint\) \{[^]*?^\1\}\n\1else (?=\{)/m,
  ]),
  // what an operation in use answers is in the body, and nothing that it is sent is in a header, the whole body or a
  // query of any names.
  without('no-header-members', `${CORE}/protocols/HttpBindingProtocol.js`, [
    /^( {8})if \(payload\) \{[^]*?^\1\}\n/m,
    /^( {8})for \(const header in headers\) \{[^]*?^\1\}\n/m,
    /^( {8})for \(const \[memberName, \[, , collectionValue\], , wireName\] of prefixHeaders\) \{[^]*?^\1\}\n/m,
    /^( {8})if \(statusCode\) \{[^]*?^\1\}\n/m,
    /^( +)else if \(location === 0b100_111\) \{[^]*?^\1\}\n/m,
    /^( +)if \(location === 0b100_100\) \{[^]*?^\1\}\n\1else (?=if)/m,
    /^( +)if \(wireName === undefined\) \{[^]*?^\1\}\n/m,
  ]),
  // CloudFormation, alone with the query protocol, is only asked with texts: other shapes are an error.
  without('no-queried-shapes', `${AWS_CORE}/protocols/query/QueryShapeSerializer.js`, [
    /^( {8})if \(ns\.isBlobSchema\(\)\) \{[^]*?^\1\}\n\1else (?=if)/m,
    ...['BigInteger', 'BigDecimal', 'Timestamp', 'Document', 'List', 'Map'].map(
      shape => new RegExp(String.raw`^( {8})else if \(ns\.is${shape}Schema\(\)\) \{[^]*?^\1\}\n`, 'm'),
    ),
    /^( +)if \(!didWriteMember && ns\.isUnionSchema\(\)\) \{[^]*?^\1\}\n/m,
  ]),
  // What it answers is no event, union or document.
  without('no-xml-events', `${AWS_CORE}/protocols/xml/XmlShapeDeserializer.js`, [
    /^( +)const isEventPayload = [^]*?^\1\}\n/m,
    /^( +)if \(union\) \{\n +unionSerde = [^]*?^\1\}\n/m,
    /^( +)if \(union\) \{\n +unionSerde\.mark[^]*?^\1\}\n/m,
    /^( +)if \(union\) \{\n +unionSerde\.writeUnknown[^]*?^\1\}\n/m,
    /^( +)if \(ns\.isDocumentSchema\(\)\) \{[^]*?^\1\}\n/m,
  ]),
  // nor is a member of JSON a document, a number beyond JavaScript's, or a union, nor has a media type.
  without('no-written-documents', JSON_WRITER, [
    ...UNCALLED[JSON_WRITER].map(method),
    /^( {8})if \(ns\.isDocumentSchema\(\)\) \{[^]*?^\1\}\n/m,
    /^( {8})if \(typeof value === "bigint"\) \{[^]*?^\1\}\n/m,
    /^( {12})if \(value instanceof NumericValue\) \{[^]*?^\1\}\n/m,
    /^( {16})if \(ns\.isUnionSchema\(\)[^]*?^\1\}\n(?=\1return out)/m,
    /^( {12})if \(value != null && mediaType\) \{[^]*?^\1\}\n/m,
    /^( {12})if \(!useReplacer\) \{\n|^ +const replacer = new [^]*?;\n +return replacer\.[^\n]*\n|(?<=return JSON\.stringify\(this\.buffer\);\n) +\}\n/gm,
  ]),
  without('no-read-documents', `${CORE}/protocols/json/codec-v1/JsonShapeDeserializer.js`, [
    /^( {8})if \(ns\.isDocumentSchema\(\)\) \{[^]*?^\1\}\n/m,
    /^( {8})if \(ns\.isBigIntegerSchema\(\)[^]*?^\1\}\n/m,
    /^( {8})if \(ns\.isBigDecimalSchema\(\)[^]*?^\1\}\n/m,
    /^( {8})if \(ns\.isStringSchema\(\)[^]*?^\1\}\n/m,
    /^( {16})if \(union\) \{\n +unionSerde\.writeUnknown\(\);\n +\}\n +else (?=if)/m,
    /^( {16})if \(union\) \{\n +unionSerde = [^]*?^\1\}\n/m,
    /^( {20})if \(union\) \{\n +unionSerde\.mark[^]*?^\1\}\n/m,
  ]),
  // none of the services has error codes of the query protocol beside those of the JSON protocol.
  without(
    'no-query-codes',
    `${AWS_CORE}/protocols/json/AwsJsonRpcProtocol.js`,
    Array(3).fill(/^( +)if \((?:this\.)?awsQueryCompatible\) \{[^]*?^\1\}\n/m),
  ),
  without('no-query-errors', `${AWS_CORE}/protocols/ProtocolLib.js`, [
    method('setQueryCompatError'),
    method('queryCompatOutput'),
    /^( +)if \(this\.queryCompat\) \{[^]*?^\1\}\n/m,
  ]),
  // endpoints tell the region that signs.
  without('no-region-information', `${AWS_CORE}/httpAuthSchemes/aws_sdk/resolveAwsSdkSigV4Config.js`, [
    /^( +)else if \(config\.regionInfoProvider\) \{[^]*?^\1\}\n/m,
  ]),
  // globs are compiled and never taken apart, and none is of Windows.
  without('no-scan-characters', 'picomatch/lib/constants.js', [
    ...Array(50).fill(/^ +CHAR_\w+: \d+,? .*\n/m),
    /^const WINDOWS_CHARS = [^]*?^\};\n/m,
    /win32 === true \? WINDOWS_CHARS : /,
  ]),
  // versions are parsed, and handlers compare what they have; they are never raised,
  without('no-increments', 'semver/classes/semver.js', ['inc', 'compare', 'compareMain', 'compareBuild'].map(method)),
  // and never matched with a range.
  without('no-ranges', 'semver/internal/re.js', [/^createToken\('GTLT'[^]*/m]),
];

const standIns = [
  // the SDK writes JSON in two ways, of which the one that lets JavaScript do it is half as long.
  standIn(
    'native-json',
    `${CORE}/protocols/json/codec-v2/JsonCodec2.js`,
    'export { JsonCodec as JsonCodec2 } from "../codec-v1/JsonCodec";',
  ),
  // JavaScript reads and writes each form of a date that a service has.
  standIn(
    'native-dates',
    `${CORE}/serde/date-utils.js`,
    `export {
       _parseEpochTimestamp as parseEpochTimestamp,
       _parseRfc3339DateTimeWithOffset as parseRfc3339DateTimeWithOffset,
       _parseRfc3339DateTimeWithOffset as parseRfc3339DateTime,
       _parseRfc7231DateTime as parseRfc7231DateTime,
     } from "./schema-serde-lib/schema-date-utils";
     export const dateToUtcString = date => date.toUTCString();`,
  ),
  standIn(
    'native-date-schemas',
    `${CORE}/serde/schema-serde-lib/schema-date-utils.js`,
    `const dateOf = value => {
       const date = new Date(value);
       if (Number.isNaN(date.getTime())) throw new TypeError("not a date: " + value);
       return date;
     };
     export const _parseEpochTimestamp = value => value == null ? undefined : dateOf(Math.round(Number(value) * 1000));
     export const _parseRfc3339DateTimeWithOffset = value => value == null ? undefined : dateOf(value);
     export const _parseRfc7231DateTime = _parseRfc3339DateTimeWithOffset;`,
  ),
  // no value is a number beyond JavaScript's,
  standIn(
    'no-big-numbers',
    `${CORE}/serde/value/NumericValue.js`,
    'export class NumericValue {} export const nv = undefined;',
  ),
  standIn('no-big-number-writer', `${CORE}/protocols/json/jsonReplacer.js`, 'export class JsonReplacer {}'),
  standIn('no-big-number-reader', `${CORE}/protocols/json/jsonReviver.js`, 'export const jsonReviver = undefined;'),
  standIn('no-big-number-search', `${CORE}/protocols/json/needsReviver.js`, 'export const needsReviver = () => false;'),
  // nor anything but the body of an answer,
  standIn(
    'no-header-values',
    `${CORE}/protocols/serde/HttpInterceptingShapeDeserializer.js`,
    `export class HttpInterceptingShapeDeserializer {
       constructor(codec) { this.codec = codec; }
       setSerdeContext(context) { this.codec.setSerdeContext(context); }
       read(schema, data) { return this.codec.read(schema, data); }
     }`,
  ),
  // nor JSON within JSON, nor a list in a header.
  standIn('no-lazy-json', `${CORE}/serde/lazy-json.js`, 'export const LazyJsonString = undefined;'),
  standIn('no-header-writer', `${CORE}/serde/quote-header.js`, 'export const quoteHeader = undefined;'),
  standIn('no-header-reader', `${CORE}/serde/split-header.js`, 'export const splitHeader = undefined;'),
  standIn('no-header-splitter', `${CORE}/serde/split-every.js`, 'export const splitEvery = undefined;'),
  // the rules for an endpoint ask for its partition, and neither take apart what it is made of
  standIn('no-endpoint-urls', `${CORE}/endpoints/util-endpoints/lib/parseURL.js`, 'export const parseURL = undefined;'),
  standIn('no-endpoint-parts', `${CORE}/endpoints/util-endpoints/lib/split.js`, 'export const split = undefined;'),
  standIn(
    'no-endpoint-substrings',
    `${CORE}/endpoints/util-endpoints/lib/substring.js`,
    'export const substring = undefined;',
  ),
  standIn(
    'no-endpoint-names',
    `${CORE}/endpoints/util-endpoints/lib/uriEncode.js`,
    'export const uriEncode = undefined;',
  ),
  // nor what it is for.
  standIn(
    'no-endpoint-arns',
    `${AWS_CORE}/client/util-endpoints/lib/aws/parseArn.js`,
    'export const parseArn = undefined;',
  ),
  standIn(
    'no-endpoint-buckets',
    `${AWS_CORE}/client/util-endpoints/lib/aws/isVirtualHostableS3Bucket.js`,
    'export const isVirtualHostableS3Bucket = undefined;',
  ),
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
  // what a request comes from is said in a header, shorter than the SDK does.
  standIn(
    'short-user-agent',
    `${AWS_CORE}/client/middleware-user-agent/user-agent-middleware.js`,
    `export const userAgentMiddleware = undefined, getUserAgentMiddlewareOptions = undefined;
     export const getUserAgentPlugin = config => ({
       applyToStack: stack => stack.add(
         next => async args => {
           const agent = await config.defaultUserAgentProvider();
           args.request.headers["user-agent"] = agent.map(pair => pair.filter(Boolean).join("/")).join(" ");
           return next(args);
         },
         { step: "build", priority: "low", name: "getUserAgentMiddleware" },
       ),
     });`,
  ),
  // Node.js hashes itself,
  standIn('native-sha256', `${CORE}/checksum/sha256/Sha256Js.js`, 'export class Sha256Js {}'),
  standIn(
    'native-hash',
    `${CORE}/checksum/sha256/Sha256Node.js`,
    `import { createHash, createHmac } from "node:crypto";
     export class Sha256Node {
       constructor(secret) { this.secret = secret; this.reset(); }
       update(data) { this.hash.update(data); }
       async digest() { return new Uint8Array(this.secret ? this.hash.digest() : this.hash.copy().digest()); }
       reset() { this.hash = this.secret ? createHmac("sha256", this.secret) : createHash("sha256"); }
     }`,
  ),
  // and makes ids.
  standIn('native-ids', `${CORE}/serde/uuid/v4.js`, 'export const bindV4 = () => () => crypto.randomUUID();'),
  // no member is a union.
  standIn('no-unions', `${CORE}/protocols/UnionSerde.js`, 'export class UnionSerde {}'),
  standIn('no-xml-unions', `${AWS_CORE}/protocols/UnionSerde.js`, 'export class UnionSerde {}'),
  // every client sends a call once, as the handlers repeat themselves: an error only tells that it is of a call.
  standIn(
    'no-repeats',
    `${CORE}/retry/middleware-retry/retryMiddleware.js`,
    `export const retryMiddlewareOptions = { name: "retryMiddleware", step: "finalizeRequest", priority: "high" };
     export const bindRetryMiddleware = () => undefined;
     export const bindGetRetryPlugin = () => () => ({
       applyToStack: stack => stack.add(
         next => args => next(args).catch(error => {
           error.$metadata ??= {};
           throw error;
         }),
         retryMiddlewareOptions,
       ),
     });`,
  ),
  standIn(
    'no-standard-retries',
    `${CORE}/retry/util-retry/StandardRetryStrategy.js`,
    'export class StandardRetryStrategy {}',
  ),
  standIn(
    'no-retry-configuration',
    `${CORE}/retry/middleware-retry/configurations.js`,
    `export const ENV_MAX_ATTEMPTS = undefined, CONFIG_MAX_ATTEMPTS = undefined, ENV_RETRY_MODE = undefined;
     export const CONFIG_RETRY_MODE = undefined;
     export const NODE_MAX_ATTEMPT_CONFIG_OPTIONS = { environmentVariableSelector() {}, configFileSelector() {}, default: 1 };
     export const NODE_RETRY_MODE_CONFIG_OPTIONS = { ...NODE_MAX_ATTEMPT_CONFIG_OPTIONS, default: "standard" };
     export const resolveRetryConfig = config => config;`,
  ),
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
  standIn('no-scan', 'picomatch/lib/scan.js', 'module.exports = undefined;'),
];

export const leanSdk = [
  environmentCredentials,
  neededShapes,
  shortManifests,
  partitionsOnly,
  globOptions,
  ...uncalled,
  ...cuts,
  ...standIns,
];
