// Writes API.md from the compiled assembly. With --check, it fails if the existing API.md differs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JSII_ENV } from './jsii-env.mjs';

const docgen = createRequire(import.meta.url).resolve('jsii-docgen/bin/jsii-docgen');

function generate() {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    execFileSync(process.execPath, [docgen, '-o', join(folder, 'API.md')], { env: JSII_ENV, stdio: 'inherit' });
    return readFileSync(join(folder, 'API.md'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wanted = generate();
if (!process.argv.includes('--check')) {
  writeFileSync('API.md', wanted);
} else if (!existsSync('API.md') || readFileSync('API.md', 'utf8') !== wanted) {
  console.error('API.md is not what the constructs say: run `npm run docs` and commit it');
  process.exitCode = 1;
}
