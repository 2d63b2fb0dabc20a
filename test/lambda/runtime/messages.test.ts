import { heldByNative, listed, reasonOf, rejectProblems, takenByOther } from '../../../lambda/runtime/messages';

const stack = (name: string, uuid: string) => `arn:aws:cloudformation:us-east-1:111111111111:stack/${name}/${uuid}`;
const [FLEET, OTHER] = [stack('fleet', '0a1b'), stack('other', '2c3d')];

test.each<[string, unknown, string]>([
  ['of the library is its message', new Error('no such version'), 'no such version'],
  ['of AWS has its name', Object.assign(new Error('no'), { name: 'Denied', $metadata: {} }), 'Denied: no'],
  ['that is none is shown', 'plain', 'a value that is not an error was thrown: "plain"'],
  ['that is nothing is shown', undefined, 'a value that is not an error was thrown: "undefined"'],
])('the reason of an error %s', (_what, error, reason) => expect(reasonOf(error)).toBe(reason));

test('all rules that are broken are named at once, and none where none is', () => {
  expect(() => rejectProblems('too long', undefined, 'too old')).toThrow(/^too long; too old$/);
  expect(() => rejectProblems(undefined, undefined)).not.toThrow();
});

test.each<[string, Parameters<typeof takenByOther>[1], string]>([
  ['nobody', undefined, 'belongs to no stack;'],
  ['another stack', { stackId: OTHER, isGone: false }, `belongs to stack ${OTHER};`],
  ['a stack that is gone', { stackId: OTHER, isGone: true }, `belongs to stack ${OTHER}, which no longer exists;`],
  ['a stack of which nothing is known', { stackId: OTHER }, `belongs to stack ${OTHER} (the provider cannot tell`],
  [
    'a former stack of the same name',
    { stackId: stack('fleet', '4e5f') },
    `belongs to stack ${stack('fleet', '4e5f')}, which no longer exists: this stack has the same name;`,
  ],
  ['the stack itself', { stackId: FLEET, isGone: false }, `belongs to stack ${FLEET};`],
])('what belongs to %s is refused with its owner and the remedy', (_who, owner, belongs) => {
  const message = takenByOther('package a', owner, FLEET);
  expect(message).toContain(`package a exists already and ${belongs}`);
  expect(message).toContain('set adoptExisting: true');
});

test('what a resource of AWS’s own type holds is refused with that resource', () => {
  const message = heldByNative('package a', 'AWS::IoT::SoftwarePackage', 'Pkg');
  expect(message).toContain("this stack's resource Pkg (AWS::IoT::SoftwarePackage)");
});

test('of many names the first ten are listed, and how many more there are', () => {
  const names = Array.from({ length: 12 }, (_, n) => `v${n}`);
  expect(listed(names.slice(0, 2))).toBe('v0, v1');
  expect(listed(names.slice(0, 10))).toBe(names.slice(0, 10).join(', '));
  expect(listed(names)).toBe(`${names.slice(0, 10).join(', ')} and 2 more`);
  expect(listed(names, 1)).toBe('v0 and 11 more');
});
