/** Work that continues after the calls that started it. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  /** Tracks work. The work fails only by a defect of the local AWS itself. */
  add(work: Promise<void>): void {
    const tracked = work.catch(console.error).finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  /** Waits until nothing runs, including work that is added meanwhile. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
