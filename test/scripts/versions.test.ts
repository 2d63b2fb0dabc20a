import { mayBreak } from '../../scripts/versions';

test.each([
  ['0.1.0', '0.1.1', false],
  ['0.1.0', '0.2.0', true],
  ['0.9.0', '1.0.0', true],
  ['1.0.0', '1.1.0', false],
  ['1.1.0', '2.0.0', true],
])('whether what comes after %s as %s may break code: %s', (older, newer, may) => {
  expect(mayBreak(older, newer)).toBe(may);
});
