import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';

requireFresh(['handlers']);
const ROOT = join(__dirname, '../..');
const bundle = (family: string) => readFileSync(join(ROOT, 'build/handlers', family, 'index.js'), 'utf8');

/** Bytes that a bundle may have: what was reached, and a little room for the handlers to grow. */
const MOST_BYTES = { iot: 365_000, glue: 420_000, wechat: 295_000 };

test.each(Object.entries(MOST_BYTES))('the bundle of %s stays small', (family, most) => {
  expect(Buffer.byteLength(bundle(family))).toBeLessThanOrEqual(most);
});

test('shapes of operations that no handler calls are left out, those of the others are there', () => {
  expect(bundle('iot')).toContain('DeletePackageVersion');
  expect(bundle('iot')).not.toContain('CreateTopicRule');
  expect(bundle('glue')).toContain('DeleteSchemaVersions');
  expect(bundle('glue')).not.toContain('CreateCrawler');
});

test('credentials come from the environment, and no other place is looked in', () => {
  expect(bundle('iot')).toContain('AWS_SESSION_TOKEN');
  expect(bundle('iot')).not.toContain('credential_process');
});
