import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { ROOT } from './workspace';

interface Job {
  readonly needs?: string | string[];
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly steps: { readonly run?: string }[];
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { jobs } = load(read('.github/workflows/release.yml')) as { readonly jobs: Record<string, Job> };
const manifest = JSON.parse(read('package.json'));
const commands = (job: Job) => job.steps.flatMap(({ run }) => run ?? []);

test('a release publishes for each language that the package names, after npm', () => {
  const languages = Object.keys(manifest.jsii.targets);

  expect(Object.keys(jobs)).toEqual(expect.arrayContaining(languages));
  for (const language of languages) expect([language, jobs[language].needs]).toEqual([language, 'npm']);
  expect(commands(jobs.languages)).toContain('npm run languages -- --build --out dist');
});

test('nothing is published before everything is checked', () => {
  expect(commands(jobs.check)).toEqual(expect.arrayContaining(['.ci/run', 'npm run api:diff']));
  expect(jobs.languages.needs).toBe('check');
  expect(jobs.npm.needs).toBe('languages');
});

test('npm learns which workflow has made the package', () => {
  expect(manifest.publishConfig.provenance).toBe(true);
  expect(jobs.npm.permissions).toMatchObject({ 'id-token': 'write' });
});

test('the local AWS and the command line are published with the library, in its version', () => {
  expect(commands(jobs.npm)).toEqual(expect.arrayContaining(['npm publish', 'npm publish --workspaces']));
  for (const workspace of manifest.workspaces) {
    const own = JSON.parse(read(`${workspace}/package.json`));
    expect([workspace, own.private, own.version]).toEqual([workspace, undefined, manifest.version]);
    expect(own).toMatchObject({
      author: manifest.author,
      bugs: manifest.bugs,
      license: manifest.license,
      publishConfig: manifest.publishConfig,
      repository: { ...manifest.repository, directory: workspace },
    });
    expect(read(`${workspace}/LICENSE`)).toBe(read('LICENSE'));
  }
});

test('each registry has secrets of its own', () => {
  const publishing = Object.entries(jobs).filter(([name]) => !['check', 'languages', 'notes'].includes(name));
  const environments = publishing.map(([, { environment }]) => environment);

  expect(environments).not.toContain(undefined);
  expect(new Set(environments).size).toBe(environments.length);
});

test('the workflows run scripts that there are', () => {
  const called = [read('.github/workflows/release.yml'), read('.github/workflows/ci.yml'), read('CONTRIBUTING.md')]
    .flatMap(text => [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)])
    .map(([, script]) => script);

  expect(called).not.toEqual([]);
  expect(called.filter(script => !(script in manifest.scripts))).toEqual([]);
});
