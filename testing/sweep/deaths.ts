import { sampled } from '../sample';
import { type Death } from './mortal';

/** A sample of the deaths before and after each of these calls. */
export const deathsAt = (calls: readonly number[]): readonly Death[] =>
  sampled(
    calls.flatMap(call => (['before', 'after'] as const).map(moment => ({ call, moment }))),
    3,
  );

/** A sample of the deaths before and after each call of a run that makes so many. */
export const deathsIn = (calls: number): readonly Death[] =>
  deathsAt(Array.from({ length: calls }, (_, index) => index + 1));
