import { decide } from '../../src/core/authorization';
import { holds, isOperator } from '../../src/core/conditions';
import { ACCOUNT, ROLE, policy } from './fixtures';

describe('a condition', () => {
  const same = (value: string) => value;
  const context = (values: Record<string, string | string[]>) =>
    new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));

  test.each<[string, string, string | string[] | undefined, string | string[], boolean]>([
    ['StringEquals', 'k', 'a', ['b', 'a'], true],
    ['StringEquals', 'K', 'A', 'a', false],
    ['StringEquals', 'k', undefined, 'a', false],
    ['StringEqualsIfExists', 'k', undefined, 'a', true],
    ['StringNotEquals', 'k', undefined, 'a', true],
    ['StringNotEquals', 'k', 'a', ['b', 'a'], false],
    ['StringEqualsIgnoreCase', 'k', 'A', 'a', true],
    ['StringLike', 'k', 'a*c', 'a${*}c', true],
    ['StringLike', 'k', 'abc', 'a${*}c', false],
    ['StringLike', 'k', 'a.c', 'a?c', true],
    ['StringLike', 'k', 'a.c', '*b*', false],
    ['NumericLessThanEquals', 'k', '10', '9', false],
    ['NumericGreaterThan', 'k', '10', '9', true],
    ['NumericNotEquals', 'k', '10', '10.0', false],
    ['DateGreaterThan', 'k', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', true],
    ['DateLessThan', 'k', '2026-01-02T00:00:00Z', '1767225600', false],
    ['Bool', 'k', 'True', 'true', true],
    ['IpAddress', 'k', '10.1.2.3', '10.1.0.0/16', true],
    ['IpAddress', 'k', '10.2.2.3', '10.1.0.0/16', false],
    ['NotIpAddress', 'k', '2001:db8::1', '2001:db8::/32', false],
    ['ArnLike', 'k', 'arn:aws:iot:eu-west-1:1:job/a:b', 'arn:aws:iot:*:1:job/*', true],
    ['ArnLike', 'k', 'arn:aws:iot:eu-west-1:1:job/a', 'arn:*:job/a', false],
    ['ArnNotEquals', 'k', 'arn:aws:iot:eu-west-1:1:job/a', 'arn:aws:iot:*:1:job/b', true],
    ['Null', 'k', undefined, 'true', true],
    ['Null', 'k', 'a', 'true', false],
    ['ForAllValues:StringEquals', 'k', ['a', 'c'], ['a', 'b'], false],
    ['ForAllValues:StringEquals', 'k', undefined, 'a', true],
    ['ForAnyValue:StringEquals', 'k', ['a', 'c'], ['a', 'b'], true],
    ['ForAnyValue:StringEquals', 'k', undefined, 'a', false],
    ['ForAnyValue:StringNotLike', 'k', ['a', 'c'], 'a', true],
  ])('%s on %s with %p holds for %p: %s', (operator, key, actual, wanted, expected) => {
    const values = context(actual === undefined ? {} : { k: actual });
    expect(holds({ [operator]: { [key]: wanted } }, values, same)).toBe(expected);
    expect(isOperator(operator)).toBe(true);
  });

  test.each(['StringEqual', 'NullIfExists', 'ForSomeValues:StringLike', ''])('has no operator %p', operator => {
    expect(isOperator(operator)).toBe(false);
  });
});

describe('a decision', () => {
  const resource = `arn:aws:iot:us-east-1:${ACCOUNT}:package/a`;
  const caller = { account: ACCOUNT, roleArn: ROLE, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/s` };
  const ask = (condition: object, own: Record<string, string>, action = 'iot:DeletePackage') =>
    decide(
      { action, resource, context: own },
      {
        caller,
        context: { 'aws:PrincipalTag/team': 'blue*' },
        policies: {
          identity: [
            {
              name: 'p',
              document: JSON.parse(policy({ Action: 'iot:*', Resource: '*', Condition: condition })) as object,
            },
          ],
        },
      },
    );

  test('replaces the variables of a policy, and their wildcards stand for themselves', async () => {
    const ofTeam = { StringLike: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } };
    expect(await ask(ofTeam, { 'aws:ResourceTag/team': 'blue*' })).toMatchObject({ decision: 'Allowed' });
    expect(await ask(ofTeam, { 'aws:ResourceTag/team': 'blues' })).toMatchObject({ decision: 'ImplicitlyDenied' });
    const unknown = { StringLike: { 'aws:ResourceTag/team': ['${aws:PrincipalTag/none}', "${aws:userid, 'red'}"] } };
    expect(await ask(unknown, { 'aws:ResourceTag/team': 'red' })).toMatchObject({ decision: 'Allowed' });
    expect(await ask(unknown, { 'aws:ResourceTag/team': '' })).toMatchObject({ decision: 'ImplicitlyDenied' });
  });

  test('knows no condition key that the action does not have', async () => {
    const tagged = { StringEquals: { 'aws:RequestTag/team': 'blue' } };
    const tag = { 'aws:RequestTag/team': 'blue' };
    expect(await ask(tagged, tag, 'iot:CreatePackage')).toMatchObject({ decision: 'Allowed' });
    expect(await ask(tagged, tag, 'iot:DeletePackage')).toMatchObject({ decision: 'ImplicitlyDenied' });
  });

  test('is refused on an action or a resource that the authorization reference does not have', async () => {
    await expect(ask({}, {}, 'iot:RenamePackage')).rejects.toThrow('there is no action iot:RenamePackage');
    await expect(ask({}, {}, 'iot:DeleteThing')).rejects.toThrow(`iot:DeleteThing is not for ${resource}`);
  });
});
