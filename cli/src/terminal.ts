/** Whoever sits before the command, or the pipeline that runs it. */
export interface Terminal {
  /** The result: goes to the standard output. */
  say(text: string): void;
  /** What is said beside the result: goes to the standard error. */
  note(text: string): void;
  /** Whether somebody can answer a question. */
  readonly isInteractive: boolean;
  confirm(question: string): Promise<boolean>;
  /** Calls a listener when the command is interrupted, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Shows how far something has come. */
  progress(total: number): Promise<Progress>;
}

export interface Progress {
  update(done: number, note: string): void;
  stop(): void;
}

export const processTerminal: Terminal = {
  say: text => void process.stdout.write(`${text}\n`),
  note: text => void process.stderr.write(`${text}\n`),
  isInteractive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
  confirm: async message => {
    const { confirm } = await import('@inquirer/prompts');
    return confirm({ message, default: false }, { output: process.stderr }).catch((error: Error) => {
      // Ctrl+C at the question is an answer, too.
      if (error.name !== 'ExitPromptError') throw error;
      return false;
    });
  },
  onInterrupt: listener => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
  progress: async total => (await import('./output/progress.js')).progressOf(total),
};
