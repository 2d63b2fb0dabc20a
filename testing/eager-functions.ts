/** Imported by tests whose functions are real processes: these wait a tenth of the time. */
import { join } from 'node:path';

process.env.LOCAL_AWS_NODE_OPTIONS = `--require=${join(__dirname, 'eager-function.cjs')}`;
