import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { defaultBehavior as glue } from '../../src/services/glue/behavior';
import { defaultBehavior as iot } from '../../src/services/iot/behavior';
import { defaultBehavior as weChat } from '../../src/services/wechat/behavior';

const variable = process.env.LOCAL_AWS_READINGS;
afterEach(() => {
  if (variable === undefined) delete process.env.LOCAL_AWS_READINGS;
  else process.env.LOCAL_AWS_READINGS = variable;
});

/** How three services do what nothing settles. */
async function seen(options?: Parameters<typeof LocalAws.start>[0]): Promise<unknown> {
  const aws = await LocalAws.start(options);
  await aws.stop();
  const { iot, glue, weChat } = aws;
  return [iot.behavior.republish, glue.behavior.numberAfterDeletion, weChat.behavior.numbers];
}
const LIKELY = ['noop', 'next', 'number'];
const OTHER = ['conflict', 'reused', 'text'];

describe('what no evidence settles is done', () => {
  test.each([
    ['as is likely', undefined, LIKELY],
    ['as is likely', '', LIKELY],
    ['as is likely', 'likely', LIKELY],
    ['otherwise', 'other', OTHER],
  ])('%s where LOCAL_AWS_READINGS is %j', async (_how, said, expected) => {
    if (said === undefined) delete process.env.LOCAL_AWS_READINGS;
    else process.env.LOCAL_AWS_READINGS = said;
    expect(await seen()).toEqual(expected);
  });

  test('as an account is told, whatever the environment says', async () => {
    process.env.LOCAL_AWS_READINGS = 'other';
    expect(await seen({ readings: 'likely' })).toEqual(LIKELY);
    process.env.LOCAL_AWS_READINGS = 'likely';
    expect(await seen({ readings: 'other' })).toEqual(OTHER);
  });

  test('not at all where the variable has a slip', async () => {
    process.env.LOCAL_AWS_READINGS = 'others';
    await expect(LocalAws.start()).rejects.toThrow('LOCAL_AWS_READINGS must be likely or other, got others');
  });
});

describe('docs/local-aws.md', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'local-aws.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.split('|').map(cell => cell.trim()));
  /** The cells of the row that a switch stands in first. */
  const rowOf = (name: string) => rows.find(([, names]) => names.split(', ').includes(`\`${name}\``));

  test.each([
    ['iot', iot],
    ['glue', glue],
    ['weChat', weChat],
  ])('shows both readings of every switch of aws.%s', (_service, behaviorOf) => {
    const other = new Map<string, unknown>(Object.entries(behaviorOf('other')));
    const switches = Object.entries(behaviorOf('likely')).filter(
      ([name, value]) => typeof value !== 'function' && other.get(name) !== value,
    );
    expect(switches).not.toEqual([]);
    const missing = switches
      .flatMap(([name, value]) => [value, other.get(name)].map(each => [name, String(each)]))
      .filter(([name, value]) => !rowOf(name)?.[2].replaceAll('`', '').split(', ').includes(value));
    expect(missing).toEqual([]);
  });
});

test('the switches still answer to the name by which earlier versions knew them', async () => {
  const aws = await LocalAws.start();
  await aws.stop();
  for (const service of [aws.iot, aws.glue, aws.weChat]) expect(service.behaviour).toBe(service.behavior);
});
