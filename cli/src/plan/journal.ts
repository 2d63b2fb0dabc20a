/** What a rehearsal would have written. */
export interface Write {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What only the service itself will tell of it. */
  readonly open?: string;
}

export class Journal {
  private readonly writes: Write[] = [];
  private open: string | undefined;

  add(operation: string, input: object): void {
    const { open } = this;
    this.writes.push({ operation, input: input as Write['input'], ...(open !== undefined && { open }) });
    this.open = undefined;
  }

  /** Says of the write that is being kept what only the service itself will tell. */
  leaveOpen(what: string): void {
    this.open = what;
  }

  /** Marks a place, from which `since` goes on. */
  get length(): number {
    return this.writes.length;
  }

  since(place: number): readonly Write[] {
    return this.writes.slice(place);
  }
}

/** A refusal as a service would answer it. */
export function refusal(name: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: status } });
}

/** Operations that change nothing, by their names. */
const isRead = (operation: string): boolean => /^(Get|List|Describe|Search|Query|Check)/.test(operation);

type Work = (input: never) => object | Promise<object>;

/** Answers reads by `read`, and notes each write that one of `writes` keeps. */
export function keeping(
  journal: Journal,
  read: (operation: string, input: never, ask: () => Promise<object>) => Promise<object>,
  writes: Readonly<Record<string, Work>>,
): Answering {
  return async (operation, input, ask) => {
    if (isRead(operation)) return read(operation, input, ask);
    if (!Object.hasOwn(writes, operation)) {
      throw new Error(`a plan writes nothing, and does not know what ${operation} would do`);
    }
    const output = await writes[operation](input);
    journal.add(operation, input);
    return output;
  };
}

type Next = (args: { readonly input: object }) => Promise<{ readonly output: object; readonly response: unknown }>;

/** Answers a call in the stead of the service, which `ask` asks. */
export type Answering = (operation: string, input: never, ask: () => Promise<object>) => Promise<object>;

/**
 * Has a client of the SDK answered by a rehearsal. It stands behind the middleware of paces and guards, so that these work
 * as they do in the handlers.
 */
export function rehearsing<C extends { readonly middlewareStack: object }>(client: C, answering: Answering): C {
  const stack = client.middlewareStack as {
    add(middleware: (next: Next, context: { commandName?: string }) => Next, options: object): void;
  };
  stack.add(
    (next, context) => async args => {
      const operation = String(context.commandName).replace(/Command$/, '');
      let asked: Awaited<ReturnType<Next>> | undefined;
      const ask = async () => (asked = await next(args)).output;
      const output = await answering(operation, args.input as never, ask);
      return { response: asked?.response, output: { $metadata: {}, ...output } };
    },
    { step: 'serialize', priority: 'high' },
  );
  return client;
}
