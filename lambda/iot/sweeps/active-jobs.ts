import { OutOfTime } from '../../sweep/pace';
import { type Preparation, StalePageToken } from '../../sweep/source';
import { DEPLOYING, readDeployed } from '../active-jobs';
import { type IotGateway } from '../gateway';

/** The progress of the reading: plain JSON, with only the package's own versions. */
interface Progress {
  readonly versions: readonly string[];
  /** The index of the state that is read; after the last state the reading is finished. */
  readonly state: number;
  readonly pageToken?: string;
  /** Jobs that could not be described: they can deploy any version. */
  readonly undescribed?: string;
}

const BEGINNING: Progress = { versions: [], state: 0 };

/** The versions of a package that jobs deploy or are about to deploy, read in as many slices as necessary. */
export class ActiveJobs implements Preparation {
  isDue = false;
  private progress: Progress;
  /** How many checks without the jobs have ended, and how many are in progress. */
  private scouted = 0;
  private scouts = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly packageName: string,
    private readonly gateway: IotGateway,
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
