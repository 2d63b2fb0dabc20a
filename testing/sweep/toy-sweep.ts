import { type SweepConfig, type SweepRulesConfig } from '../../contract/sweep';
import { type SourceTools } from '../../lambda/sweep/source';
import { VirtualClock } from '../clock';
import { type ToyService } from './listing';
import { SweepWorld } from './sweep-world';

export const TOY = 'Custom::ToySweep';

/** A sweep over the candidates of a service, with its surroundings. A call takes 100 ms. */
export function toySweep(
  service: ToyService,
  rules: SweepRulesConfig = {},
  more: Partial<SweepConfig> = {},
): SweepWorld {
  const config: SweepConfig = { name: 'fleet/Sweep', rules, requestsPerSecond: 100, ...more };
  const kinds = () => ({
    [TOY]: {
      validate: ({ name }: SweepConfig) => {
        if (name === '') throw new Error('a sweep must have a name');
      },
      source: (_: SweepConfig, { clock, deadline }: SourceTools) => service.slice(clock, deadline.remaining()).source,
    },
  });
  return new SweepWorld(TOY, config, kinds, new VirtualClock());
}
