const HOURS: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** Whether a schedule's expression stands for each day, or more often. One that only the deployment knows does not. */
export function isDaily(expression: string): boolean {
  const [, rate, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (rate) return Number(rate) * HOURS[unit] <= 24;
  const [, fields = ''] = /^cron\(([^)]*)\)$/.exec(expression) ?? [];
  // minutes and hours are of a day; what follows says which days.
  const days = fields.trim().split(/\s+/).slice(2);
  return days.length === 4 && days.every(field => field === '*' || field === '?');
}
