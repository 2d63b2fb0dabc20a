import { decide } from '../../src/core/authorization';
import { holds, isOperator } from '../../src/core/conditions';
import { ACCOUNT, ROLE, policy } from './fixtures';

describe('a condition', () => {
  const same = (value: string) => value;
  const context = (values: Record<string, string | string[]>) =>
    new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));

  test.each<[string, string | string[] | undefined, string | string[], boolean]>([
    ['StringEquals', 'a', ['b', 'a'], true],
    ['StringEquals', 'A', 'a', false],
    ['StringEquals', undefined, 'a', false],
    ['StringEqualsIfExists', undefined, 'a', true],
    ['StringNotEquals', undefined, 'a', true],
    ['StringNotEquals', 'a', ['b', 'a'], false],
    ['StringEqualsIgnoreCase', 'A', 'a', true],
    ['StringLike', 'a*c', 'a${*}c', true],
    ['StringLike', 'abc', 'a${*}c', false],
    ['StringLike', 'a.c', 'a?c', true],
    ['StringLike', 'a.c', '*b*', false],
    ['NumericLessThanEquals', '10', '9', false],
    ['NumericGreaterThan', '10', '9', true],
    ['NumericNotEquals', '10', '10.0', false],
    ['DateGreaterThan', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', true],
    ['DateLessThan', '2026-01-02T00:00:00Z', '1767225600', false],
    ['Bool', 'True', 'true', true],
    ['IpAddress', '10.1.2.3', '10.1.0.0/16', true],
    ['IpAddress', '10.2.2.3', '10.1.0.0/16', false],
    ['NotIpAddress', '2001:db8::1', '2001:db8::/32', false],
    ['ArnLike', 'arn:aws:iot:eu-west-1:1:job/a:b', 'arn:aws:iot:*:1:job/*', true],
    ['ArnLike', 'arn:aws:iot:eu-west-1:1:job/a', 'arn:*:job/a', false],
    ['ArnNotEquals', 'arn:aws:iot:eu-west-1:1:job/a', 'arn:aws:iot:*:1:job/b', true],
    ['Null', undefined, 'true', true],
    ['Null', 'a', 'true', false],
    ['ForAllValues:StringEquals', ['a', 'c'], ['a', 'b'], false],
    ['ForAllValues:StringEquals', undefined, 'a', true],
    ['ForAnyValue:StringEquals', ['a', 'c'], ['a', 'b'], true],
    ['ForAnyValue:StringEquals', undefined, 'a', false],
    ['ForAnyValue:StringNotLike', ['a', 'c'], 'a', true],
  ])('%s on %p holds for %p: %s', (operator, actual, wanted, expected) => {
    const values = context(actual === undefined ? {} : { key: actual });
    expect(holds({ [operator]: { Key: wanted } }, values, same)).toBe(expected);
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
    await expect(ask({}, {}, 'iot:DeleteThing')).rejects.toThrow(`iot:DeleteThing does not apply to ${resource}`);
  });
});
