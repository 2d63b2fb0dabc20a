#!/usr/bin/env node
import { run } from './program';
import { processTerminal } from './terminal';

// which versions of Node.js will do is said in package.json: the SDK's warning of a later one would stand in every output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// the exit code is set and not enforced: what is written to a pipe must get there.
void run(process.argv.slice(2), processTerminal).then(code => (process.exitCode = code));
