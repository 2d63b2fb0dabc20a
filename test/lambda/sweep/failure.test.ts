import { attribute, failureOf, operationOf } from '../../../lambda/sweep/failure';

const named = (message: string) => Object.assign(new Error(message), { name: 'ThrottlingException' });

test('a failure tells its operation, unless the service itself does', () => {
  const error = named('slow down');
  expect(failureOf(error)).not.toContain('DeleteJob');
  attribute(error, 'DeleteJob');
  expect(operationOf(error)).toBe('DeleteJob');
  expect(failureOf(error)).toMatch(/^DeleteJob: .*slow down/);
  const told = named('not authorized to perform iot:DeleteJob');
  attribute(told, 'DeleteJob');
  expect(failureOf(told)).not.toMatch(/^DeleteJob: /);
});

test.each(['no error', undefined, null])('what was thrown can be anything: %p', thrown => {
  attribute(thrown, 'DeleteJob');
  expect(operationOf(thrown)).toBeUndefined();
  expect(failureOf(thrown)).not.toContain('DeleteJob');
});

test.each([
  [300, 'x'.repeat(300)],
  [301, `${'x'.repeat(297)}...`],
])('a failure of %d characters is told in 300 at most', (length, text) => {
  expect(failureOf(new Error('x'.repeat(length)))).toBe(text);
});
