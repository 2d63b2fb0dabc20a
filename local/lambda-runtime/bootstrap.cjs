/**
 * Runs a function's handler in a process of its own, as Lambda's Node.js runtime does. Plain JavaScript beside the
 * sources, so that it is found from the sources and from the build alike; CommonJS, which loads sooner.
 *
 * Invocations come as lines of JSON on the standard input. What the runtime has to say goes to the standard output
 * between the function's own lines, each message a line after the separator, so that logs and results keep their order.
 */
const console = require('node:console');
const path = require('node:path');
const process = require('node:process');
const { pathToFileURL } = require('node:url');
const util = require('node:util');
const { reachOverPlainHttp } = require('./plain-http.cjs');

const SEPARATOR = '\x1e';
// held on to: a function may replace what it likes.
const write = process.stdout.write.bind(process.stdout);
const send = message => write(`${SEPARATOR}${JSON.stringify(message)}\n`);

let requestId;
/** Whether a debugger is attached: then the time of an invocation does not run out. */
let isHeld = false;

function patchConsole() {
  const levels = { debug: 'DEBUG', error: 'ERROR', info: 'INFO', log: 'INFO', trace: 'TRACE', warn: 'WARN' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) =>
      send({ log: `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...values)}` });
  }
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** `dir/index.handler` is the export `handler` of `dir/index.js`, `.mjs` or `.cjs`. */
async function load() {
  const [, file, exportPath] = /^(.*?[^/]*?)\.(.*)$/.exec(process.env._HANDLER) ?? [];
  if (!file) throw failure('Runtime.MalformedHandlerName', `Bad handler ${process.env._HANDLER}`);
  const module = await importFirst(path.join(process.env.LAMBDA_TASK_ROOT, file));
  const handler = exportPath.split('.').reduce((found, name) => found?.[name] ?? found?.default?.[name], module);
  if (typeof handler === 'function') return handler;
  throw failure('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
}

async function importFirst(stem) {
  for (const extension of ['.js', '.mjs', '.cjs']) {
    let file;
    try {
      file = require.resolve(stem + extension);
    } catch {
      continue;
    }
    try {
      return extension === '.mjs' ? await import(pathToFileURL(file).href) : require(file);
    } catch (error) {
      if (error.code === 'ERR_REQUIRE_ESM') return import(pathToFileURL(file).href);
      if (error instanceof SyntaxError) throw failure('Runtime.UserCodeSyntaxError', String(error), error);
      if (/MODULE_NOT_FOUND$/.test(error.code)) throw failure('Runtime.ImportModuleError', String(error), error);
      throw error;
    }
  }
  throw failure('Runtime.ImportModuleError', `Error: Cannot find module '${path.basename(stem)}'`);
}

function failure(name, message, cause) {
  return Object.assign(new Error(message, { cause }), { name });
}

function contextOf({ requestId: awsRequestId, functionArn, deadline }) {
  const env = process.env;
  const whole = deadline - Date.now();
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => (isHeld ? whole : Math.max(0, deadline - Date.now())),
  };
}

async function invoke(handler, invocation) {
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    return { payload: JSON.stringify(result === undefined ? null : result) };
  } catch (error) {
    const described = describe(error);
    console.error(`Invoke Error\t${JSON.stringify({ ...described, stack: described.trace, trace: undefined })}`);
    return { error: described };
  }
}

/** The environment cannot go on: what is running fails with the error, and the process ends. */
function die(error) {
  const described = describe(error);
  console.error(`Uncaught Exception\t${JSON.stringify(described)}`);
  send({ fatal: described });
  process.exit(129);
}

async function serve(handler, invocation) {
  requestId = invocation.requestId;
  const result = await invoke(handler, invocation);
  send({ result, memory: process.memoryUsage().rss });
}

function hear(message, handler) {
  if (message.isHeld) isHeld = true;
  if (message.payload !== undefined) void serve(handler, message);
}

/** Takes invocations, which come one at a time. */
function listen(handler) {
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', chunk => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) hear(JSON.parse(line), handler);
  });
  // the local AWS is gone, whatever the handler is doing.
  process.stdin.on('end', () => process.exit(0));
}

patchConsole();
reachOverPlainHttp(process.env.AWS_ENDPOINT_URL);
process.on('uncaughtException', die);
process.on('unhandledRejection', reason => {
  die(failure('Runtime.UnhandledPromiseRejection', String(reason), reason));
});
load().then(handler => {
  send({ ready: true });
  listen(handler);
}, die);
