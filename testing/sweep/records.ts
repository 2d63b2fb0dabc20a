import { type Records } from '../../lambda/sweep/records';

/** Records as lines, for expectations. */
export class Lines implements Records {
  readonly lines: string[] = [];
  readonly metrics: Record<string, number> = {};
  removed = (name: string, reason: string) => void this.lines.push(`removed ${name} ${reason}`);
  wouldRemove = (name: string, reason: string) => void this.lines.push(`would remove ${name} ${reason}`);
  failed = (name: string, error: unknown) => void this.lines.push(`failed ${name} ${(error as Error).message}`);
  kept = (name: string, reason: string) => void this.lines.push(`kept ${name} ${reason}`);
  refused = (message: string) => void this.lines.push(`refused ${message}`);
  unreadable = (name: string) => void this.lines.push(`unreadable ${name}`);
  restarted = () => void this.lines.push('restarted');
  unsettled = () => void this.lines.push('unsettled');
  ended = (status: string) => void this.lines.push(`ended ${status}`);
  counted = (metrics: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(metrics)) this.metrics[name] = (this.metrics[name] ?? 0) + value;
  };
}

const quiet = () => {};

/** Records that nobody keeps. */
export const silentRecords: Records = {
  removed: quiet,
  wouldRemove: quiet,
  failed: quiet,
  kept: quiet,
  refused: quiet,
  unreadable: quiet,
  restarted: quiet,
  unsettled: quiet,
  ended: quiet,
  counted: quiet,
};
