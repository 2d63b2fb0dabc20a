import { PARTS, type Part } from '../deployments/cast';
import { World } from './world';

/** Deployments with much at the same time. Returns all calls. */
async function played({ family, begin, own, adopting }: Part, seed: number): Promise<readonly object[]> {
  const calls: object[] = [];
  const acts = async (world: World) => {
    await begin(world);
    const resources = { Own: own(world, 1), Adopted: adopting(world) };
    const sweep = world.sweeping({ keep: 1, triggers: ['DURING_DEPLOYMENT', 'AFTER_DEPLOYMENT'] }, resources);
    await world.deploy('fleet', { ...resources, ...sweep }, { throttled: { call: 6, times: 3 } });
    const swept = { call: 0, keep: 1 };
    await world.deploy('fleet', { Own: own(world, 2) }, { fails: 'meanwhile', swept });
    calls.push(...[...world.aws.calls].map(({ input, ...call }) => ({ ...call, input: withoutToken(input) })));
  };
  await World.play(family, acts, { seed });
  return calls;
}

// the SDK has taken what draws its tokens before anybody could replace it.
const withoutToken = ({ clientToken: _, ...input }: Record<string, unknown>) => input;

test.each(PARTS)('a history of %s that is played again makes the same calls at the same times', async (_type, part) => {
  const calls = await played(part, 1);
  expect(await played(part, 1)).toEqual(calls);
  expect(await played(part, 2)).not.toEqual(calls);
});
