import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(__dirname, '..', '..');

const execFileAsync = promisify(execFile);

/** A temporary folder, and how to be rid of it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'cdk-versioned-artifacts-')));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a command and returns what it prints. */
export async function run(command: string, args: string[], cwd: string, env = process.env): Promise<string> {
  try {
    return (await execFileAsync(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Makes an installed package of this project available in a folder, without copying it. */
export function link(packageName: string, folder: string): void {
  const at = join(folder, 'node_modules', packageName);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', packageName), at, 'junction');
}
