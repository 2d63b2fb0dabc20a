import { readFile } from 'node:fs/promises';
import { VirtualClock } from '../../testing/clock';
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
