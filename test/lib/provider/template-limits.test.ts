import { Annotations, type Stack } from 'aws-cdk-lib';
import { SchemaDefinition, SchemaReference, SchemaVersion, SoftwarePackage } from 'cdk-versioned-artifacts';
import { newStack, warnings } from '../app';

const withPackages = (count: number) => {
  const stack = newStack();
  for (let index = 0; index < count; index++) new SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` });
  return stack;
};
/** With definitions of the size that just stands in a template. */
const withSchemas = (count: number) => {
  const stack = newStack();
  for (let index = 0; index < count; index++) {
    const schema = SchemaReference.fromSchemaName({ schemaName: `s${index}` });
    new SchemaVersion(stack, `V${index}`, { schema, definition: SchemaDefinition.fromString('x'.repeat(16_000)) });
  }
  return stack;
};
const ours = (stack: Stack) => warnings(stack).filter(text => text.startsWith('a template must have'));

test('a stack near 500 resources is warned of, with the way out', () => {
  // with role, policies, log group and function.
  expect(ours(withPackages(440))).toEqual([]);
  expect(ours(withPackages(450))).toEqual([
    expect.stringMatching(
      /^a template must have at most 500 resources, got 4\d\d, 450 of them artifacts: divide the artifacts/,
    ),
  ]);
});

test('a template near 1 MB is warned of, with the way out', () => {
  expect(ours(withSchemas(50))).toEqual([]);
  expect(ours(withSchemas(60))).toEqual([
    expect.stringMatching(
      /^a template must have at most 1048576 bytes, got artifacts of about 9\d{5}: divide the artifacts/,
    ),
  ]);
});

test('a template counts what all its providers have in it, and is warned of once', () => {
  const stack = withSchemas(55);
  const text = 'x'.repeat(3_000);
  const packages = Array.from({ length: 15 }, (_, i) => new SoftwarePackage(stack, `P${i}`, { packageName: `p${i}` }));
  expect(ours(stack)).toEqual([]);

  const both = withSchemas(55);
  for (let i = 0; i < packages.length; i++) {
    const softwarePackage = new SoftwarePackage(both, `P${i}`, { packageName: `p${i}` });
    softwarePackage.addVersion('V', { versionName: '1', attributes: { text: text.slice(10) } });
  }
  expect(ours(both)).toEqual([expect.stringMatching(/^a template must have at most 1048576 bytes/)]);
});

test('a warning can be acknowledged', () => {
  const stack = withSchemas(60);
  Annotations.of(stack).acknowledgeWarning('cdk-versioned-artifacts:largeTemplate', 'it stays so');

  expect(ours(stack)).toEqual([]);
});
