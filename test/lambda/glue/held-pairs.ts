/** Metadata of versions as the registry holds them. */
import { OWNER_KEY } from '../../../contract/ownership';
import { type HeldPair } from '../../../lambda/glue/metadata';

export const recordOf = (number: number, owner: string) => `${number}.owner=${owner}.stack=${owner}/1`;
export const pair = (key: string, value: string, putAt = 0): HeldPair => ({ key, value, putAt });
export const held = (owner = 'a', putAt = 10): HeldPair => pair(OWNER_KEY, recordOf(1, owner), putAt);
