import { LocalAws } from 'cdk-versioned-artifacts-local';
import { jsii, name, scripts, version } from '../../package.json';
import { SNIPPETS, isProgram, nameOf, read } from './documents';
import { awsCommand, commandsOf } from './shell';

const commands = SNIPPETS.filter(({ language }) => language === 'sh').flatMap(snippet =>
  commandsOf(snippet).map(words => ({ words, where: `${nameOf(snippet)}: ${words.join(' ')}` })),
);
const of = (program: string) => commands.filter(({ words }) => words[0] === program);

test('the documents use npm, npx and the AWS CLI, and nothing else', () => {
  const known = ['npm', 'npx', 'aws'];
  expect(commands.filter(({ words }) => !known.includes(words[0])).map(({ where }) => where)).toEqual([]);
});

test.each(of('npm'))('$where', ({ words: [, command, script] }) => {
  expect(['ci', 'install', 'pack', 'run', 'test']).toContain(command);
  if (command === 'run') expect(Object.keys(scripts)).toContain(script);
});

test.each(of('npx'))('$where', ({ words: [, program] }) => {
  expect(isProgram(program)).toBe(true);
});

describe('of AWS', () => {
  let aws: LocalAws;
  beforeAll(async () => void (aws = await LocalAws.start()));
  afterAll(() => aws.stop());

  test.each(of('aws'))('$where', async ({ words }) => {
    const { service, operation, input } = awsCommand(words);
    // whatever it needs may not be there; that the operation and its members are known is what counts.
    const refusal = await aws.call(service, operation, input).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(String(refusal)).not.toMatch(/UnknownOperation|Member must not be null/);
  });
});

test('the package has the names that the guide installs', () => {
  const guide = read('docs/getting-started.md');
  const { python, java, dotnet, go } = jsii.targets;
  expect(guide).toContain(`npm install ${name}`);
  expect(guide).toContain(`pip install ${python.distName}`);
  expect(guide).toContain(`${java.maven.groupId}:${java.maven.artifactId}`);
  expect(guide).toContain(`dotnet add package ${dotnet.packageId}`);
  expect(guide).toContain(`go get ${go.moduleName}/${go.packageName}`);
  expect(guide).toContain(`${name}-${version}.tgz`);
});
