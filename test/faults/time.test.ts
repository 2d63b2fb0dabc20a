import { readFile } from 'node:fs/promises';
import { QuickClock, VirtualClock } from '../../testing/clock';
import { inVirtualTime } from '../../testing/virtual-time';

test('no virtual time passes while a file is read, however long the machine takes', async () => {
  const clock = new VirtualClock(0);
  const readAll = async () => {
    for (let file = 0; file < 20; file++) await readFile(__filename);
    return clock.now();
  };
  await inVirtualTime(clock, async () => {
    const hour = clock.sleep(3_600_000);
    expect(await readAll()).toBe(0);
    await hour;
  });
  expect(clock.now()).toBe(3_600_000);
});

test('time that nobody turns jumps as soon as all wait, and not while a file is read', async () => {
  const clock = new QuickClock();
  const begin = clock.now();
  const hour = clock.sleep(3_600_000);
  for (let file = 0; file < 20; file++) await readFile(__filename);
  expect(clock.now()).toBe(begin);
  await hour;
  expect(clock.now()).toBe(begin + 3_600_000);
});
