import { type Duration } from 'aws-cdk-lib';

/** What a sweep removes of what it selects. A thing is removed where every rule lets it go: keep beats remove. */
export interface SweepRules {
  /**
   * The newest ones that stay, 0 to 250. They are counted among all that selection, statuses, `include` and `exclude`
   * match, protected or not: so many of them exist afterwards at least.
   *
   * @default - nothing stays for being among the newest
   */
  readonly keepLatest?: number;

  /**
   * How long a thing stays at least: a version from its creation, an execution from its last update.
   *
   * @default - nothing stays for being young
   */
  readonly minAge?: Duration;

  /**
   * Patterns of names, such as `2.*`: what none of them matches stays. At most 50.
   *
   * @default - all names
   */
  readonly include?: string[];

  /**
   * Patterns of names, such as `*-lts`: what one of them matches stays. At most 50.
   *
   * @default - no name is excluded
   */
  readonly exclude?: string[];

  /**
   * The most that one run may remove, 1 or more. A plan that exceeds it is refused before anything is removed.
   *
   * @default - 50 versions; no limit for executions of jobs
   */
  readonly maxRemovals?: number;

  /**
   * Whether to plan and log, and remove nothing.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}
