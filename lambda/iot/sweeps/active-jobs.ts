import { type Clock } from '../../runtime/clock';
import { OutOfTime } from '../../sweep/pace';
import { type Preparation, StalePageToken } from '../../sweep/source';
import { CLOCK_SKEW, DEPLOYING, JOBS_FRESH, pagesOf, readDeployed } from '../active-jobs';
import { type IotGateway } from '../gateway';

/** The progress of the reading: plain JSON, with only the package's own versions. */
interface Progress {
  readonly versions: readonly string[];
  /** The index of the state that is read; after the last state the reading is finished. */
  readonly state: number;
  readonly pageToken?: string;
  /** When the reading began, in milliseconds since the epoch: later readings describe the jobs that were created since. */
  readonly begunAt?: number;
  /** Until when the reading is valid once it is finished. */
  readonly validUntil?: number;
  /** Jobs that could not be described: they can deploy any version. */
  readonly undescribed?: string;
}

const BEGINNING: Progress = { versions: [], state: 0 };

/** How many times as long as it has taken to read the new jobs the reading is valid at least: most time is for removals. */
const SHARE = 10;

/** The versions of a package that jobs deploy or are about to deploy, read in as many slices as necessary. */
export class ActiveJobs implements Preparation {
  isDue = false;
  private progress: Progress;
  /** How many checks without the jobs have ended, and how many are in progress. */
  private scouted = 0;
  private scouts = 0;
  private readonly waiting: (() => void)[] = [];
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly packageName: string,
    private readonly gateway: IotGateway,
    private readonly clock: Clock,
    prepared: object | undefined,
  ) {
    // this class itself has written the state.
    this.progress = (prepared as Progress | undefined) ?? BEGINNING;
  }

  state(): object | undefined {
    return this.progress === BEGINNING ? undefined : this.progress;
  }

  reset(): void {
    this.progress = BEGINNING;
    this.scouted = 0;
  }

  /**
   * Checks a version. Until the jobs have been read, only one check runs at a time, and one more for each that did not
   * need the jobs: the first check that needs them ends the pass, and all checks in flight would be repeated.
   */
  async scouting<T>(look: () => Promise<T>): Promise<T> {
    while (!this.isFinished && !this.isDue && this.scouts > this.scouted) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    }
    if (this.isDue && !this.isFinished) throw new OutOfTime('the active jobs are read first');
    if (this.isFinished) return look();
    this.scouts++;
    try {
      return await look();
    } finally {
      this.scouts--;
      this.scouted++;
      for (const resume of this.waiting.splice(0)) resume();
    }
  }

  /** Throws `OutOfTime` if the jobs have not been read, and an error if one of them cannot be read. */
  async deploys(versionName: string): Promise<boolean> {
    if (this.isFinished && !this.isFresh && this.progress.undescribed === undefined) await this.refreshed();
    const { versions, undescribed } = this.progress;
    if (versions.includes(versionName)) return true;
    if (undescribed !== undefined) throw new Error(`a job in progress cannot be described: ${undescribed}`);
    if (this.isFinished) return false;
    this.isDue = true;
    throw new OutOfTime('the active jobs are read first');
  }

  async run(): Promise<void> {
    while (!this.isFinished) await this.readPage();
    this.isDue = false;
  }

  get isFinished(): boolean {
    return this.progress.state >= DEPLOYING.length || this.progress.undescribed !== undefined;
  }

  private get isFresh(): boolean {
    return this.clock.now() < (this.progress.validUntil ?? 0);
  }

  private async readPage(): Promise<void> {
    const { state, pageToken, begunAt = this.clock.now() } = this.progress;
    try {
      const at = { status: DEPLOYING[state], pageToken };
      const { versions, undescribed, nextToken } = await readDeployed(this.gateway, this.packageName, at);
      this.progress = {
        versions: [...new Set([...this.progress.versions, ...versions.keys()])],
        state: nextToken === undefined ? state + 1 : state,
        pageToken: nextToken,
        begunAt,
        validUntil: this.clock.now() + JOBS_FRESH,
        undescribed,
      };
    } catch (error) {
      if (error instanceof StalePageToken) this.progress = { ...this.progress, pageToken: undefined };
      throw error;
    }
  }

  /** Callers at the same time share a reading. */
  private refreshed(): Promise<void> {
    return (this.refreshing ??= this.refresh().finally(() => (this.refreshing = undefined)));
  }

  /** What a job deploys never changes, so only new jobs are described. */
  private async refresh(): Promise<void> {
    const begunAt = this.clock.now();
    const createdSince = (this.progress.begunAt ?? 0) - CLOCK_SKEW;
    const all = new Set(this.progress.versions);
    let undescribed: string | undefined;
    for (const status of DEPLOYING) {
      for await (const page of pagesOf(this.gateway, this.packageName, { status, createdSince })) {
        for (const version of page.versions.keys()) all.add(version);
        undescribed ??= page.undescribed;
      }
    }
    const now = this.clock.now();
    const validUntil = now + Math.max(JOBS_FRESH, SHARE * (now - begunAt));
    this.progress = { ...this.progress, versions: [...all], begunAt, validUntil, undescribed };
  }
}
