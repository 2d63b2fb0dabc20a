import { canonical } from '../../../lambda/runtime/current-operation';

test.each<[string, object, object, boolean]>([
  ['numbers and texts', { a: 1, b: true }, { a: '1', b: 'true' }, true],
  ['the order of keys', { b: { d: 1, c: 2 }, a: 3 }, { a: 3, b: { c: 2, d: 1 } }, true],
  ['what is absent', { a: null, b: { c: undefined } }, { b: {} }, true],
  ['what is CloudFormation’s', { ServiceToken: 't', ServiceTimeout: 60, a: 1 }, { a: 1 }, true],
  ['the order of a list', { a: [1, 2] }, { a: [2, 1] }, false],
  ['a list and a map', { a: ['x'] }, { a: { 0: 'x' } }, false],
  ['what is within a list', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, false],
  ['no value within a list', { a: [null] }, { a: [] }, false],
])('properties are compared in one form: %s', (_what, one, other, expected) => {
  expect(canonical(one) === canonical(other)).toBe(expected);
});
