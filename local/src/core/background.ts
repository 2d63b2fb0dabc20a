/** Work that goes on behind the calls that started it. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  /** Keeps track of work. It does not fail, but for faults of the local AWS itself. */
  add(work: Promise<void>): void {
    const tracked = work.catch(console.error).finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  /** Waits until nothing runs, nor anything that was added meanwhile. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
