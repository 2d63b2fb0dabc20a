import { startIot } from './harness';
import { JOB_RULES } from './job-member-rules';
import { VALID } from './member-rules';
import { PACKAGE_RULES } from './package-member-rules';

const invalidCode = (operation: string) =>
  /tag|Index|Job(?!sConfig)/i.test(operation) ? 'InvalidRequestException' : 'ValidationException';

const cases = [...PACKAGE_RULES, ...JOB_RULES].flatMap(rule =>
  rule.operations.map(operation => ({ ...rule, operation })),
);

describe.each(cases)('$operation, $member', ({ operation, member, good, bad }) => {
  test.each(bad)('refuses %j: must %s', async (value, constraint) => {
    const failure = await startIot().error(operation, { ...VALID[operation], [member]: value });

    expect(failure).toMatchObject({ code: invalidCode(operation), status: 400 });
    expect(failure.message).toMatch(/^1 validation error detected: |^2 validation errors detected: /);
    expect(failure.message).toContain(`'${member}`);
    expect(failure.message).toContain(`Member must ${constraint}`);
  });

  for (const value of good) {
    test(`takes ${JSON.stringify(value)}`, async () => {
      const failure = await startIot()
        .error(operation, { ...VALID[operation], [member]: value })
        .catch(() => undefined);

      expect(failure?.message ?? '').not.toContain('validation error');
    });
  }
});

test('all broken constraints are named at once', async () => {
  const { message } = await startIot().error('CreatePackageVersion', { packageName: 'a b', versionName: '1+1' });
  expect(message).toBe(
    "2 validation errors detected: Value 'a b' at 'packageName' failed to satisfy constraint: Member must satisfy " +
      "regular expression pattern: [a-zA-Z0-9\\-_.]+; Value '1+1' at 'versionName' failed to satisfy constraint: " +
      'Member must satisfy regular expression pattern: [a-zA-Z0-9\\-_.]+',
  );
});

test('every operation that changes packages takes a client token', () => {
  expect(PACKAGE_RULES.find(rule => rule.member === 'clientToken')!.operations).toEqual([
    'CreatePackage',
    'UpdatePackage',
    'DeletePackage',
    'UpdatePackageConfiguration',
    'CreatePackageVersion',
    'UpdatePackageVersion',
    'DeletePackageVersion',
    'AssociateSbomWithPackageVersion',
    'DisassociateSbomFromPackageVersion',
  ]);
});
