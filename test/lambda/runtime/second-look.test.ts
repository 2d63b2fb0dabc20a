/** A rollback that sees nothing to undo reads once more. */
import { Deadline } from '../../../lambda/runtime/clock';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { SecondLook, looksDifferent } from '../../../lambda/runtime/second-look';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { SteppingClock } from '../../../testing/clock';

let clock: SteppingClock;
beforeEach(() => (clock = new SteppingClock()));

function lookOf({ phase = 'rolling-back' as StackPhase, time = 60_000 } = {}): SecondLook {
  const log = { info: () => {} };
  const deadline = new Deadline(clock, clock.now() + time);
  return new SecondLook({ clock, deadline, log, stackPhase: async () => phase } as unknown as Scope);
}

test('it waits, and does so once', async () => {
  const look = lookOf();
  expect([await look.take('it'), await look.take('it')]).toEqual([true, false]);
  expect(clock.sleeps).toEqual([2_000]);
});

test.each<[string, Parameters<typeof lookOf>[0], boolean]>([
  ['in a rollback', {}, true],
  ['in a deployment', { phase: 'deploying' }, false],
  ['in a deletion', { phase: 'deleting' }, false],
  ['with the time for it', { time: 4_001 }, true],
  ['without the time for it', { time: 4_000 }, false],
])('%s', async (_what, options, isTaken) => {
  expect(await lookOf(options).take('it')).toBe(isTaken);
  expect(clock.sleeps).toHaveLength(Number(isTaken));
});

test.each<[string, object, object | undefined, boolean]>([
  ['nothing is known of before', { Name: 'a' }, undefined, false],
  ['nothing has changed', { Name: 'a', Tags: [{ Key: 'x' }] }, { Name: 'a', Tags: [{ Key: 'x' }] }, false],
  ['what is absent is there without a value', { Name: 'a', Artifact: undefined }, { Name: 'a' }, false],
  ['something was there before', { Name: 'a', Artifact: undefined }, { Name: 'a', Artifact: {} }, true],
  ['something has', { Name: 'a', Tags: [{ Key: 'x' }] }, { Name: 'a', Tags: [{ Key: 'y' }] }, true],
  ['only what it does not show has', { Name: 'a', Removal: 'DELETE', AdoptExisting: true }, { Name: 'a' }, false],
  ['only its protection has', { Name: 'a', ProtectInActiveJobs: false }, { Name: 'a' }, false],
  ['only its salt has', { Name: 'a', Salt: '1' }, { Name: 'a', Salt: '2' }, false],
])('an artifact looks different or not if %s', (_what, wanted, previous, differs) => {
  expect(looksDifferent(wanted, previous)).toBe(differs);
});
