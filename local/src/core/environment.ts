/** What environment variables say about the local AWS, where a test or a command does not. */
import { appendFileSync } from 'fs';

/** `LOCAL_AWS_LOG`: a file to append the request log to, or `stderr`. */
export function logOfEnvironment(): ((line: string) => void) | undefined {
  const file = process.env.LOCAL_AWS_LOG;
  if (!file) return undefined;
  return file === 'stderr' ? line => console.error(line) : line => appendFileSync(file, `${line}\n`);
}

/** `LOCAL_AWS_INSPECT` and `LOCAL_AWS_INSPECT_BRK`: the port for a debugger. */
export function inspectOfEnvironment(): { readonly port: number; readonly isBreaking: boolean } | undefined {
  const { LOCAL_AWS_INSPECT: port, LOCAL_AWS_INSPECT_BRK: breaking } = process.env;
  if (breaking) return { port: portOf('LOCAL_AWS_INSPECT_BRK', breaking), isBreaking: true };
  return port ? { port: portOf('LOCAL_AWS_INSPECT', port), isBreaking: false } : undefined;
}

/** `LOCAL_AWS_NODE_OPTIONS`: what the process of each function is started with. */
export function nodeOptionsOfEnvironment(): readonly string[] {
  return process.env.LOCAL_AWS_NODE_OPTIONS?.split(/\s+/).filter(Boolean) ?? [];
}

function portOf(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new Error(`${name} must be a port such as 9229, got ${text}`);
}
