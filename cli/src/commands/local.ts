import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Inspect, type LocalAws } from 'cdk-versioned-artifacts-local';
import { UserError } from '../errors';
import { type Seed, seedInto } from '../local/seed';
import { type Terminal } from '../terminal';

export interface LocalOptions {
  readonly port?: number;
  readonly seed?: string;
  readonly log?: boolean;
  /** A port, or the usual one. */
  readonly inspect?: number | true;
  readonly inspectBrk?: number | true;
}

/** Starts the local AWS, and runs a command in it or waits for an interrupt. */
export async function local(command: readonly string[], options: LocalOptions, terminal: Terminal): Promise<number> {
  const seed = options.seed === undefined ? {} : readSeed(options.seed);
  const { LocalAws } = await loaded();
  // what a seed wants old is made while the clock is behind.
  let behind = 0;
  const clock = {
    now: () => Date.now() - behind,
    sleep: (milliseconds: number) => new Promise<void>(resolve => void setTimeout(resolve, milliseconds).unref()),
  };
  const aws = await LocalAws.start({
    clock,
    port: options.port,
    log: options.log ? line => terminal.note(line) : undefined,
    inspect: inspectOf(options),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new UserError(`port ${options.port} is taken: choose another one, or none to get a free one`);
  });
  try {
    await seedInto(aws, seed, milliseconds => (behind = milliseconds));
    return await (command.length > 0 ? runIn(aws, command, terminal) : wait(aws, terminal));
  } finally {
    await aws.stop();
  }
}

const USUAL_PORT = 9229;

function inspectOf({ inspect, inspectBrk }: LocalOptions): Inspect | undefined {
  const port = inspectBrk ?? inspect;
  if (port === undefined) return undefined;
  return { port: port === true ? USUAL_PORT : port, isBreaking: inspectBrk !== undefined };
}

async function loaded() {
  try {
    return await import('cdk-versioned-artifacts-local');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UserError('the local AWS is a package of its own: install cdk-versioned-artifacts-local beside this one');
  }
}

function readSeed(path: string): Seed {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Seed;
  } catch (error) {
    throw new UserError(`the seed ${path} cannot be read: ${(error as Error).message}`);
  }
}

async function wait(aws: LocalAws, terminal: Terminal): Promise<number> {
  terminal.say(
    Object.entries(aws.env)
      .map(([name, value]) => `export ${name}=${value}`)
      .join('\n'),
  );
  terminal.note(`a local AWS answers on ${aws.endpoint}: set the environment above in another shell; Ctrl+C ends it`);
  await new Promise<void>(resolve => {
    const stopListening = terminal.onInterrupt(() => {
      stopListening();
      resolve();
    });
  });
  return 0;
}

async function runIn(aws: LocalAws, [file, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  // an interrupt reaches the command by itself: its end is waited for.
  const stopListening = terminal.onInterrupt(() => {});
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(file, args, { env: { ...process.env, ...aws.env }, stdio: 'inherit' });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UserError(`there is no command ${file}: write it as in a shell, after --`);
  } finally {
    stopListening();
  }
}
