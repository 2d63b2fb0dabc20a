import { CfnParameter, Duration, Lazy, type Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  JobExecutionCleanup,
  JobSelection,
  OnIncomplete,
  type SweepOptions,
  type SweepRules,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { newStack } from '../app';
import { cleanup, config, retention } from './stack';

const declaring = (rules: SweepRules) => () => retention(newStack(), { rules });

describe('rules are refused at synthesis', () => {
  test.each<[string, SweepRules, string]>([
    [
      'a retention that keeps nothing',
      {},
      'a retention must keep something, got neither a keepLatest of at least 1 nor a minAge: set one of them',
    ],
    ['a retention that keeps the newest none', { keepLatest: 0 }, 'a retention must keep something'],
    ['a retention that keeps for no time', { minAge: Duration.days(0) }, 'a retention must keep something'],
    ['half a version', { keepLatest: 1.5 }, 'keepLatest must be a whole number from 0 to 250, got 1.5'],
    [
      'more versions than a cursor holds',
      { keepLatest: 251 },
      'keepLatest must be a whole number from 0 to 250, got 251',
    ],
    [
      'no removals',
      { keepLatest: 1, maxRemovals: 0 },
      'maxRemovals must be a whole number of at least 1, got 0: set dryRun to remove nothing',
    ],
    [
      'an empty pattern',
      { keepLatest: 1, include: [''] },
      'a pattern of include must have 1 to 256 characters, got ""',
    ],
    [
      'many patterns',
      { keepLatest: 1, exclude: Array.from({ length: 51 }, (_, i) => `${i}.*`) },
      'exclude must have at most 50 patterns, got 51: join some as {one,other}',
    ],
  ])('%s', (_what, rules, message) => {
    expect(declaring(rules)).toThrow(message);
    expect(declaring(rules)).toThrow('(in Stack/Keep)');
  });

  test.each([0, -1, 1001])('%d requests a second', requestsPerSecond => {
    expect(() => cleanup(newStack(), { requestsPerSecond })).toThrow(
      `requestsPerSecond must be above 0 and at most 1000, got ${requestsPerSecond} (in Stack/Cleanup)`,
    );
  });
});

describe('patterns', () => {
  const list = (stack: Stack) => new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' }).valueAsList;
  const looked = (stack: Stack) => [StringParameter.valueFromLookup(stack, '/pattern')];

  test.each([retention, cleanup])('of an empty include are refused, which would include everything: %p', sweep => {
    expect(() => sweep(newStack(), { rules: { keepLatest: 1, include: [] } })).toThrow(
      'include must have at least one pattern, got none: leave include out for all names',
    );
  });

  test.each([
    ['a parameter brings', list],
    ['are still to be looked up', looked],
  ])('that %s are accepted', (_, patterns) => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const brought = patterns(stack);
    const rules = { keepLatest: 1, include: brought, exclude: brought };
    expect(() => retention(stack, { rules })).not.toThrow();
    expect(() => cleanup(stack, { rules })).not.toThrow();
  });
});

describe('rules are accepted', () => {
  test.each<[string, (stack: Stack) => SweepRules]>([
    ['with an age alone', () => ({ minAge: Duration.days(90) })],
    ['with a number that the deployment brings', stack => ({ keepLatest: parameter(stack) })],
    ['with an age that the deployment brings', stack => ({ minAge: Duration.seconds(parameter(stack)) })],
    ['with a limit that the deployment brings', stack => ({ keepLatest: 1, maxRemovals: parameter(stack) })],
  ])('of a retention %s', (_what, rules) => {
    const stack = newStack();
    expect(() => retention(stack, { rules: rules(stack) })).not.toThrow();
  });

  test('of a cleanup that keeps nothing', () => {
    expect(() => cleanup(newStack(), { rules: {} })).not.toThrow();
  });

  function parameter(stack: Stack): number {
    return new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
  }
});

test('rules are handed to the sweep in seconds, without what is as by default', () => {
  const stack = newStack();
  const rules = {
    keepLatest: 5,
    minAge: Duration.days(90),
    include: ['2.*'],
    exclude: ['*-lts'],
    maxRemovals: 10,
    dryRun: false,
  };
  retention(stack, { rules });

  const { minAge: _, dryRun: __, ...rest } = rules;
  expect(config(stack).rules).toEqual({ ...rest, minAgeSeconds: 90 * 86_400 });
});

test('a dry run is handed to the sweep', () => {
  const stack = newStack();
  retention(stack, { rules: { keepLatest: 1, dryRun: true } });

  expect(config(stack).rules.dryRun).toBe(true);
});

describe('triggers are refused', () => {
  const daily = () => SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)));

  test.each<[string, SweepTrigger[], SweepOptions, string]>([
    [
      'twice',
      [SweepTrigger.onDestroy(), SweepTrigger.onDestroy()],
      {},
      'a sweep must have each trigger only once, got SweepTrigger.onDestroy() twice: leave one out',
    ],
    ['with one schedule twice', [daily(), daily()], {}, 'got SweepTrigger.onSchedule(rate(1 day)) twice'],
    [
      'with onIncomplete where nobody waits',
      [SweepTrigger.afterDeployment()],
      { onIncomplete: OnIncomplete.WARN },
      'onIncomplete only takes effect if CloudFormation waits for the sweep, got afterDeployment(): leave it out, or add ' +
        'SweepTrigger.onDestroy() or SweepTrigger.duringDeployment() to triggers',
    ],
    [
      'with salt where no deployment sweeps',
      [SweepTrigger.onDestroy()],
      { salt: '1' },
      'salt only takes effect if a deployment sweeps, got onDestroy(): leave it out, or add SweepTrigger.duringDeployment() to triggers',
    ],
  ])('%s', (_what, triggers, options, message) => {
    expect(() => cleanup(newStack(), { triggers, ...options })).toThrow(`${message}`);
  });
});

test('a negated pattern is refused, which would match nearly everything', () => {
  const declare = (rules: SweepRules) => () =>
    new JobExecutionCleanup(newStack(), 'Cleanup', { jobs: JobSelection.byIdPrefix('ota-'), rules });

  expect(declare({ exclude: ['!2.*'] })).toThrow(
    'a pattern of exclude must not be negated, got "!2.*": write "2.*" in include',
  );
  expect(declare({ include: ['!2.*'] })).toThrow('write "2.*" in exclude');
});

test('a pattern of a cleanup that matches no execution is refused, since it would keep nothing of a job', () => {
  const declare = (rules: SweepRules) => () =>
    new JobExecutionCleanup(newStack(), 'Cleanup', { jobs: JobSelection.byIdPrefix('ota-'), rules });

  expect(declare({ exclude: ['*/car-1/*', 'ota-lts'] })).toThrow(
    'a pattern of exclude is compared with <job id>/<thing>/<execution number>, got "ota-lts", which matches no execution: ' +
      'write "ota-lts/*" for the executions of a job, or "*/ota-lts/*" for those of a thing',
  );
  expect(declare({ include: ['*-lts'] })).toThrow('got "*-lts"');
  expect(declare({ include: ['car-1'] })).toThrow('got "car-1"');
  expect(declare({ include: ['ota-*', '*/car-1/*', '*/1', Lazy.string({ produce: () => 'late' })] })).not.toThrow();
});

test('a forced cleanup of all jobs needs a rule that keeps or limits something', () => {
  const declare = (rules?: SweepRules) => () =>
    new JobExecutionCleanup(newStack(), 'Cleanup', { jobs: JobSelection.all(), force: true, rules });

  expect(declare()).toThrow('got no rule that keeps or limits anything');
  expect(declare({ keepLatest: 0, exclude: [] })).toThrow('got no rule that keeps or limits anything');
  expect(declare({ minAge: Duration.days(0), include: ['**'] })).toThrow('got no rule that keeps or limits anything');
  expect(declare({ include: ['ota-*'] })).not.toThrow();
  expect(declare({ minAge: Duration.days(1) })).not.toThrow();
  expect(declare({ maxRemovals: 10 })).not.toThrow();
});
