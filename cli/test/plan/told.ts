/** A command of the SDK, as far as it is told apart here. */
export type Send = (command: object) => Promise<Readonly<Record<string, unknown>>>;

export type Script = (send: Send) => Promise<void>;

/**
 * What a script is told: by each command that reads the output, by one that writes whether it was done, and by both the
 * name and the status of the error.
 *
 * @param view what matters of an output
 */
export async function told(
  script: Script,
  client: object,
  view = (output: Readonly<Record<string, unknown>>): object => output,
): Promise<string[]> {
  const { send } = client as { send: Send };
  const lines: string[] = [];
  const ids: string[] = [];
  const numbered = (id: string) => {
    if (!ids.includes(id)) ids.push(id);
    return `id ${ids.indexOf(id)}`;
  };
  await script(async command => {
    const { name } = command.constructor;
    try {
      const output = await send.call(client, command);
      lines.push(`${name} ${IS_READ.test(name) ? textOf(view(output)) : 'done'}`.replace(UUID, numbered));
      return output;
    } catch (error) {
      const { name: failure, $metadata } = error as Error & {
        readonly $metadata?: { readonly httpStatusCode?: number };
      };
      lines.push(`${name} ${failure} ${$metadata?.httpStatusCode}`);
      return {};
    }
  });
  return lines;
}

/** Properties come in no order. */
const textOf = (output: object): string =>
  JSON.stringify(output, (key, part: unknown) => {
    if (OF_A_CALL.has(key)) return undefined;
    const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
    return isObject ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
  });

const IS_READ = /^(?:Get|List|Query)/;

/** What differs from call to call. */
const OF_A_CALL = new Set(['$metadata', 'creationDate', 'lastModifiedDate', 'CreatedTime', 'nextToken', 'NextToken']);

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
