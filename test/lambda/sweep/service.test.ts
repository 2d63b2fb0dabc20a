import { sweepService } from '../../../lambda/sweep/service';
import { type SweepKind } from '../../../lambda/sweep/source';

const { signal } = new AbortController();
const kind: SweepKind = { validate: () => {}, source: () => ({}) as never };

test('has a custom resource of each kind, whose calls no client repeats itself', () => {
  const made: unknown[][] = [];
  const service = sweepService((...all) => (made.push(all), { 'Custom::A': kind, 'Custom::B': kind }));
  expect(Object.keys(service.handlers(signal))).toEqual(['Custom::A', 'Custom::B']);
  expect(made).toEqual([[expect.objectContaining({ maxAttempts: 1 }), signal]]);
});

test.each([[['Custom::A']], ['toString'], [undefined]])('knows no kind of the type %p', async type => {
  const service = sweepService(() => ({ 'Custom::A': kind }));
  await expect(service.slice!({ config: { type } } as never, { ended: signal } as never)).rejects.toThrow(
    'unknown kind of sweep',
  );
});

test('works on slices of each kind, with clients that end with the invocation', async () => {
  const made: unknown[][] = [];
  const service = sweepService((...all) => (made.push(all), { 'Custom::A': kind }));
  const config = { type: 'Custom::B', name: 'x', rules: {}, requestsPerSecond: 1 };
  await expect(service.slice!({ config } as never, { ended: signal } as never)).rejects.toThrow(
    /unknown kind of sweep "Custom::B", expected one of Custom::A/,
  );
  expect(made).toEqual([[expect.objectContaining({ maxAttempts: 1 }), signal]]);
});
