import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnParameter } from 'aws-cdk-lib';
import { JobRecipe, SoftwarePackage } from 'cdk-versioned-artifacts';
import { VERSION, artifact, newStack } from '../app';

function rendered(recipe: JobRecipe, stack = newStack()): unknown {
  SoftwarePackage.fromPackageName(stack, 'P', 'p').addVersion('V', { versionName: '1', recipe });
  return artifact(stack, VERSION).Recipe;
}

test('an object becomes JSON', () => {
  expect(rendered(JobRecipe.fromObject({ version: '1.0', steps: [{ wait: 3 }] }))).toBe(
    '{"version":"1.0","steps":[{"wait":3}]}',
  );
});

test('an object may hold tokens', () => {
  const stack = newStack();
  const url = new CfnParameter(stack, 'Url').valueAsString;

  expect(rendered(JobRecipe.fromObject({ url }), stack)).toEqual({
    'Fn::Join': ['', ['{"url":"', { Ref: 'Url' }, '"}']],
  });
});

test('an object that is too long is refused at synthesis, as its text is', () => {
  expect(() => rendered(JobRecipe.fromObject({ note: 'x'.repeat(3072) }))).toThrow(
    'a recipe must have at most 3072 characters, got 3083: move constants into the job document or into attributes',
  );
});

test('a text stays as it is, placeholders included', () => {
  const text = '{"url": "${aws:iot:s3-presigned-url:https://s3/b/k}"}';
  expect(rendered(JobRecipe.fromString(text))).toBe(text);
});

/** A recipe from a file with these bytes. */
function fromFile(bytes: Uint8Array): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
  try {
    const path = join(folder, 'recipe.json');
    writeFileSync(path, bytes);
    return rendered(JobRecipe.fromFile(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a file is read as UTF-8, and a BOM is no part of it', () => {
  const text = '{"name":"Bremse für alle"}';
  expect(fromFile(Buffer.from(text))).toBe(text);
  expect(fromFile(Buffer.from(`\uFEFF${text}`))).toBe(text);
});

test('a file in another encoding is refused', () => {
  expect(() => fromFile(Buffer.from('{"name":"Bremse für alle"}', 'latin1'))).toThrow(
    /a recipe must be UTF-8, got other bytes in .*recipe\.json: save it as UTF-8, with or without a BOM/,
  );
});

test('a recipe of exactly 3,072 characters is possible', () => {
  expect(rendered(JobRecipe.fromString('x'.repeat(3072)))).toHaveLength(3072);
});
