import cli from '../../cli/package.json';
import { mayBreak, withVersion } from '../../scripts/versions';

test.each([
  ['0.1.0', '0.1.1', false],
  ['0.1.0', '0.2.0', true],
  ['0.9.0', '1.0.0', true],
  ['1.0.0', '1.1.0', false],
  ['1.1.0', '2.0.0', true],
])('whether what comes after %s as %s may break code: %s', (older, newer, may) => {
  expect(mayBreak(older, newer)).toBe(may);
});

test('a version is written where a package has it, and where it names another one of the repository', () => {
  const { version, optionalDependencies, ...others } = JSON.parse(withVersion(JSON.stringify(cli), '0.2.0'));
  expect([version, optionalDependencies]).toEqual(['0.2.0', { 'cdk-versioned-artifacts-local': '0.2.0' }]);
  expect({ ...others, version: cli.version, optionalDependencies: cli.optionalDependencies }).toEqual(cli);
  expect(cli.optionalDependencies).toEqual({ 'cdk-versioned-artifacts-local': cli.version });
});
