import { WarnedLog, jsonLog, redact, redactText } from '../../../lambda/runtime/log';
import { AnswerUrl } from '../../../testing/answer-url';
import { deliver, updateOf } from '../../../testing/deliver';

const NOW = Date.UTC(2026, 10, 22, 12);

function logged(write: (log: ReturnType<typeof jsonLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(jsonLog({ now: () => NOW, write: line => lines.push(line) }, 'fleet', { logicalId: 'Thing' }));
  return lines.map(line => JSON.parse(line) as Record<string, unknown>);
}

test('every record is one line of JSON that names its resource', () => {
  expect(logged(log => log.warn('line one\nline two', { attempt: 2 }))).toEqual([
    {
      level: 'WARN',
      message: 'line one\nline two',
      attempt: 2,
      logicalId: 'Thing',
      stackName: 'fleet',
      time: '2026-11-22T12:00:00.000Z',
    },
  ]);
});

test('a count is a metric of the stack in the embedded format', () => {
  expect(logged(log => log.count('Refused'))).toEqual([
    {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: 'CdkVersionedArtifacts',
            Dimensions: [['StackName']],
            Metrics: [{ Name: 'Refused', Unit: 'Count' }],
          },
        ],
      },
      StackName: 'fleet',
      Refused: 1,
    },
  ]);
});

test('what JSON cannot say does not cost the record', () => {
  const circular: Record<string, unknown> = { big: 2n ** 64n };
  circular.self = circular;
  const list: unknown[] = [null];
  list.push(list);
  const error = Object.assign(new TypeError('x'), { code: 'E' });
  const [record] = logged(log => log.info('odd', { circular, list, error, nothing: undefined }));
  expect(record).toMatchObject({
    circular: { big: '18446744073709551616' },
    list: [null, [null, expect.anything()]],
    error: { name: 'TypeError', message: 'x', code: 'E', stack: expect.stringMatching(/^TypeError: x\n +at /) },
  });
});

test('a log that remembers the error it was warned of last passes every line on', () => {
  let lastError: string | undefined;
  const lines = logged(log => {
    const warned = new WarnedLog(log);
    warned.warn('throttled', { error: 'Rate exceeded' });
    warned.warn('odd', { error: 7 });
    warned.warn('slow');
    warned.info('read');
    warned.error('lost');
    warned.count('Refused', 3);
    ({ lastError } = warned);
  });
  expect(lastError).toBe('Rate exceeded');
  expect(lines.map(({ level }) => level)).toEqual(['WARN', 'WARN', 'WARN', 'INFO', 'ERROR', undefined]);
  expect(lines.at(-1)).toMatchObject({ Refused: 3 });
});

describe('secrets stay out of the log, even where a caller hands them over', () => {
  test.each([
    ['ResponseURL'],
    ['responseUrl'],
    ['token'],
    ['access_token'],
    ['component_access_token'],
    ['AccessToken'],
    ['sessionToken'],
    ['SecretAccessKey'],
    ['SecretString'],
    ['password'],
    ['secret'],
    ['credential'],
    ['Authorization'],
    ['credentials'],
  ])('under the key %s', key => {
    expect(redact({ outer: [{ [key]: 'hush' }] })).toEqual({ outer: [{ [key]: '[redacted]' }] });
  });

  test.each(['packageName', 'nextPage', 'clientTokens', 'secretary', 'isSecret', 'keyId'])(
    'but not under the key %s',
    key => {
      expect(redact({ [key]: 'open' })).toEqual({ [key]: 'open' });
    },
  );

  test.each([
    ['https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=5ec7e7', 'https://b.s3.amazonaws.com/k?[redacted]'],
    ['https://b.s3.amazonaws.com/k?AWSAccessKeyId=A&Signature=5ec7e7', 'https://b.s3.amazonaws.com/k?[redacted]'],
    ['see https://api.example/delete?access_token=5ec7e7, please', 'see https://api.example/delete?[redacted] please'],
    ['"https://b/k?Signature=5ec7e7"', '"https://b/k?[redacted]"'],
    ['https://docs.example/page?section=2', 'https://docs.example/page?section=2'],
  ])('in the text %s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test('nor does the provider itself write them, whatever happens', async () => {
    const cloudFormation = await AnswerUrl.listen();
    try {
      const fails = async (): Promise<never> => {
        throw Object.assign(new Error(`refused ${cloudFormation.url(NOW)}`), { ResponseURL: cloudFormation.url(NOW) });
      };
      cloudFormation.meetWith(503);
      const created = await deliver(cloudFormation, { handler: { create: fails } });
      const updated = await deliver(cloudFormation, { event: updateOf('thing/a'), handler: { update: fails } });
      cloudFormation.meetWith(403);
      const late = await deliver(cloudFormation, {});
      const dropped = await deliver(cloudFormation, { sentAt: created.clock.now() - 4_000_000 });
      const written = JSON.stringify([created, updated, late, dropped].map(({ log, answers }) => ({ log, answers })));
      expect(written).toContain('refused http://127.0.0.1');
      expect(written).not.toMatch(/5ec7e7|hush/);
    } finally {
      await cloudFormation.close();
    }
  });
});
