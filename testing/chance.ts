import crypto from 'node:crypto';
import { random } from './token-bucket';

/** Draws from a seed what is random in this process while the work lasts, so that it is the same each time. */
export async function bySeed<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const { randomUUID, randomBytes, randomInt } = crypto;
  const { random: drawn } = Math;
  const draw = random(seed);
  const below = (end: number) => Math.floor(draw() * end);
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => below(256)));
  Math.random = draw;
  Object.assign(crypto, {
    randomBytes: bytes,
    randomInt: (...limits: [number, number?]) => {
      const [from, end] = limits.length === 1 ? [0, limits[0]] : (limits as [number, number]);
      return from + below(end - from);
    },
    randomUUID: () => bytes(16).toString('hex').replace(UUID, '$1-$2-4$3-a$4-$5'),
  });
  try {
    return await work();
  } finally {
    Math.random = drawn;
    Object.assign(crypto, { randomUUID, randomBytes, randomInt });
  }
}

const UUID = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/;
