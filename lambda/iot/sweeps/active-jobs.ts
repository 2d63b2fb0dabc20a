import { OutOfTime } from '../../sweep/pace';
import { type Preparation, StalePageToken } from '../../sweep/source';
import { DEPLOYING, readDeployed } from '../active-jobs';
import { type IotGateway } from '../gateway';

/** How far the reading has come: plain JSON, with the package's own versions alone. */
interface Progress {
  readonly versions: readonly string[];
  /** Which of the states is read; beyond them the reading is finished. */
  readonly state: number;
  readonly pageToken?: string;
  /** Jobs that could not be described: any version may be one of theirs. */
  readonly undescribed?: string;
}

const BEGINNING: Progress = { versions: [], state: 0 };

/** The versions of a package that jobs deploy or are about to, read in as many slices as it takes. */
export class ActiveJobs implements Preparation {
  isDue = false;
  private progress: Progress;
  /** Looks without the jobs that have ended, and that have not. */
  private scouted = 0;
  private scouts = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly packageName: string,
    private readonly gateway: IotGateway,
    prepared: object | undefined,
  ) {
    // the state is this class's own.
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
   * Looks at a version. Until the jobs have been read only one look at a time is taken, then as many more as have found
   * that the jobs do not matter: the first that needs them ends the pass, and all in flight would be repeated.
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

  /** Throws `OutOfTime` where the jobs have not been read, and an error where one of them cannot be. */
  deploys(versionName: string): boolean {
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

  private async readPage(): Promise<void> {
    const { state, pageToken } = this.progress;
    try {
      const at = { status: DEPLOYING[state], pageToken };
      const { versions, undescribed, nextToken } = await readDeployed(this.gateway, this.packageName, at);
      this.progress = {
        versions: [...new Set([...this.progress.versions, ...versions.keys()])],
        state: nextToken === undefined ? state + 1 : state,
        pageToken: nextToken,
        undescribed,
      };
    } catch (error) {
      if (error instanceof StalePageToken) this.progress = { ...this.progress, pageToken: undefined };
      throw error;
    }
  }
}
