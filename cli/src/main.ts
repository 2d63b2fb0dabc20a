#!/usr/bin/env node
import { run } from './program';
import { processTerminal } from './terminal';

// the exit code is set and not enforced: what is written to a pipe must get there.
void run(process.argv.slice(2), processTerminal).then(code => (process.exitCode = code));
