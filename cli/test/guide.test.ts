import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DOCUMENTS, isProgram, read, snippets } from '../../test/docs/documents';
import { World } from './world';

const GUIDE = 'docs/command-line.md';

interface Workflow {
  readonly on: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly 'runs-on': string; readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const text = snippets('yaml', GUIDE, 'On a pull request')[0].code;
const workflow = parse(text) as Workflow;
const steps = Object.values(workflow.jobs).flatMap(job => job.steps);

/** Each command line that the documents show or run. */
const shown = DOCUMENTS.flatMap(document =>
  [...read(document).matchAll(/npx cdk-versioned-artifacts ([a-z]+\b[^\n`>#&]*)/g)].map(([, words]) => words.trim()),
);

let world: World;
beforeAll(async () => void (world = await World.start()));
afterAll(() => world.stop());

test('each command that the documents show is one, with options that it has', async () => {
  expect(shown.length).toBeGreaterThan(5);
  for (const line of shown) {
    const [command, ...words] = line.split(' -- ')[0].split(/\s+/);
    const { code, said } = await world.run(command, '--help');
    expect([line, code]).toEqual([line, 0]);
    for (const option of words.filter(word => word.startsWith('--'))) expect(said).toContain(` ${option} `);
  }
});

test.each(['plan', 'why', 'sweep', 'local', 'verify'])('the guide has each option of %s', async command => {
  const { said } = await world.run(command, '--help');
  const options = [...said.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(options).toContain('--help');
  const [, part] = read(GUIDE).split(`\n## ${command}\n`);
  const guide = part.split(/\n## \w/)[0];
  expect(options.filter(option => option !== '--help' && !guide.includes(option))).toEqual([]);
});

test('the seed that the guide shows makes what it names', async () => {
  const seed = join(world.folder, 'seed.json');
  writeFileSync(seed, snippets('json', GUIDE, 'local')[0].code);
  const packages = `fetch(process.env.AWS_ENDPOINT_URL + '/packages/brake-ecu/versions/1.2.0', { headers: { authorization:
    'AWS4-HMAC-SHA256 Credential=AKIADEVELOPER/20260101/us-east-1/iot/aws4_request' } })
    .then(answer => answer.json()).then(({ status }) => process.exit(status === 'DEPRECATED' ? 0 : 1))`;
  expect(await world.run('local', '--seed', seed, '--', process.execPath, '-e', packages)).toMatchObject({ code: 0 });
});

describe('the workflow of the guide', () => {
  test('runs for a pull request, and may do what its steps do', () => {
    expect(workflow.on).toBe('pull_request');
    expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
  });

  test('has steps that use an action of a version or run a command, and never both', () => {
    for (const { uses, run } of steps) {
      expect([uses, run].filter(Boolean)).toHaveLength(1);
      expect(uses ?? 'any/action@v1').toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
      expect(run ?? 'npm ci').toMatch(/^(npm|npx|gh) /);
    }
    for (const [, program] of text.matchAll(/\bnpx (\S+)/g)) {
      expect([program, isProgram(program)]).toEqual([program, true]);
    }
  });

  test('knows what it asks GitHub for, and leaves nothing of the pull request to the shell', () => {
    const asked = [...text.matchAll(/\$\{\{ (.+?) \}\}/g)].map(([, expression]) => expression);
    expect(asked).toEqual(['github.event.number', 'github.token']);
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });

  test('comments the plan that it has made, also where the plan ends with another exit code than 0', () => {
    const made = steps.findIndex(({ run }) => run === 'npx cdk-versioned-artifacts plan --markdown > plan.md');
    const commented = steps.findIndex(({ run }) => run?.startsWith('gh pr comment "$NUMBER" --body-file plan.md'));
    expect(made).toBeGreaterThan(0);
    expect(commented).toBe(made + 1);
    expect(steps[commented]).toMatchObject({ if: 'always()', env: { GH_TOKEN: '${{ github.token }}' } });
  });
});
