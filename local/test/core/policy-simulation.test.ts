import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as fc from 'fast-check';
import { decide } from '../../src/core/authorization';
import { ACCOUNT, ROLE } from './fixtures';

/** Another implementation of IAM's rules, which does not ship, is held against this one's. */

const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`;
const thing = (path: string) => `arn:aws:iot:us-east-1:${ACCOUNT}:${path}`;

const actions = fc.constantFrom(
  'iot:*',
  'iot:Get*',
  'iot:GetPackage',
  'iot:getpackageversion',
  'iot:DeletePackage',
  '*',
);
const resources = fc.constantFrom(
  '*',
  ...[thing('package/a'), thing('package/*'), thing('package/?'), thing('package/${aws:PrincipalAccount}')],
  ...[thing('package/a/version/1'), 'arn:aws:iot:*:*:package/a*', 'arn:*:iot:us-east-1:*'],
);
const some = <T>(values: fc.Arbitrary<T>) => fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }));

const KEYS = ['aws:ResourceTag/team', 'aws:RequestedRegion', 'aws:PrincipalArn', 'AWS:resourcetag/Stage'];
const values = fc.constantFrom(
  'blue',
  'Blue',
  'b*',
  '?lue',
  '7',
  '12',
  'true',
  'us-east-1',
  ROLE,
  'arn:aws:iam::*:role/w*',
);
const TEXT = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringLike', 'StringNotLike'];
const operators = fc
  .tuple(fc.constantFrom(...TEXT), fc.constantFrom('', 'IfExists'))
  .map(([name, suffix]) => `${name}${suffix}`);
const condition = fc.oneof(
  fc.dictionary(operators, fc.dictionary(fc.constantFrom(...KEYS), some(values), { minKeys: 1, maxKeys: 2 }), {
    maxKeys: 2,
  }),
  fc.record({ Null: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('true', 'false'), { minKeys: 1 }) }),
  fc.record({
    ArnLike: fc.record({ 'aws:PrincipalArn': fc.constantFrom(ROLE, 'arn:aws:iam::*:role/*', 'arn:aws:*') }),
  }),
);

const either = (name: string, elements: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ [name]: some(elements) }) },
    { weight: 1, arbitrary: fc.record({ [`Not${name}`]: some(elements) }) },
  );
const statement = (...more: fc.Arbitrary<object>[]) =>
  fc
    .tuple(
      fc.record({ Effect: fc.constantFrom('Allow', 'Allow', 'Deny') }),
      either('Action', actions),
      either('Resource', resources),
      fc.oneof(
        fc.constant({}),
        condition.map(Condition => ({ Condition })),
      ),
      ...more,
    )
    .map(parts => Object.assign({}, ...parts) as object);
const policy = (...more: fc.Arbitrary<object>[]) =>
  fc.array(statement(...more), { minLength: 1, maxLength: 3 }).map(Statement => ({ Version: '2012-10-17', Statement }));
const principal = fc
  .constantFrom<unknown>(
    '*',
    { AWS: ROLE },
    { AWS: SESSION },
    { AWS: ACCOUNT },
    { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  )
  .map(Principal => ({ Principal }));

const calls = fc.record({
  action: fc.constantFrom('iot:GetPackage', 'iot:DeletePackage'),
  resource: fc.constantFrom(thing('package/a'), thing('package/bc'), thing(`package/${ACCOUNT}`)),
  context: fc.dictionary(
    fc.constantFrom('aws:ResourceTag/team', 'aws:ResourceTag/stage'),
    fc.constantFrom('blue', '7'),
  ),
});
const GLOBAL = { 'aws:PrincipalAccount': ACCOUNT, 'aws:PrincipalArn': ROLE, 'aws:RequestedRegion': 'us-east-1' };

test('policies decide as another implementation has it', async () => {
  const subject = fc.record({
    call: calls,
    identity: fc.array(policy(), { maxLength: 2 }),
    boundary: fc.option(policy(), { nil: undefined }),
    resourcePolicy: fc.option(policy(principal), { nil: undefined, freq: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(subject, async ({ call, identity, boundary, resourcePolicy }) => {
      const named = identity.map((document, index) => ({ name: `p${index}`, document }));
      const { decision } = await decide(
        { ...call, resourcePolicy },
        {
          caller: { account: ACCOUNT, roleArn: ROLE, sessionArn: SESSION },
          context: GLOBAL,
          policies: { identity: named, boundary },
        },
      );
      const simulated = await runSimulation(
        {
          request: {
            principal: SESSION,
            action: call.action,
            resource: { resource: call.resource, accountId: ACCOUNT },
            contextVariables: { ...GLOBAL, ...call.context },
          },
          identityPolicies: named.map(({ name, document }) => ({ name, policy: document })),
          permissionBoundaryPolicies: boundary && [{ name: 'boundary', policy: boundary }],
          resourcePolicy,
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        },
        {},
      );
      if (simulated.resultType !== 'single') throw new Error(JSON.stringify(simulated));
      expect(decision).toBe(simulated.result.analysis.result);
    }),
    { numRuns: Number(process.env.RUNS ?? 100) },
  );
});
