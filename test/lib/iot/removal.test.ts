import { MissingRemovalPolicies, RemovalPolicies, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { PACKAGE, VERSION, artifact, newStack } from '../app';

/** The removals of a package and its version, under what is applied to their whole stack. */
function removals(apply: (stack: Stack) => void, removal?: VersionRemoval, removalPolicy?: RemovalPolicy) {
  const stack = newStack();
  const firmware = new SoftwarePackage(stack, 'Firmware', { removalPolicy });
  firmware.addVersion('V', { versionName: '1', status: PackageVersionStatus.PUBLISHED, removal });
  apply(stack);
  return [artifact(stack, PACKAGE).Removal ?? 'RETAIN', artifact(stack, VERSION).Removal ?? 'RETAIN'];
}

const { DESTROY, RETAIN } = RemovalPolicy;

describe('policies for what has none', () => {
  test('reach artifacts that say nothing', () => {
    expect(removals(stack => MissingRemovalPolicies.of(stack).destroy())).toEqual(['DELETE', 'DELETE']);
  });

  test.each([VersionRemoval.RETAIN, VersionRemoval.DEPRECATE])('leave an explicit %s alone', removal => {
    const destroyed = removals(stack => MissingRemovalPolicies.of(stack).destroy(), removal, RETAIN);

    expect(destroyed).toEqual(['RETAIN', removal]);
  });

  test('leave an explicit deletion alone', () => {
    const retained = removals(stack => MissingRemovalPolicies.of(stack).retain(), VersionRemoval.DELETE, DESTROY);

    expect(retained).toEqual(['DELETE', 'DELETE']);
  });

  test('leave what was set on the construct alone', () => {
    const set = removals(stack => {
      (stack.node.findChild('Firmware') as SoftwarePackage).applyRemovalPolicy(DESTROY);
      MissingRemovalPolicies.of(stack).retain();
    });

    expect(set).toEqual(['DELETE', 'RETAIN']);
  });
});

test.each([
  [undefined, 'DELETE'],
  [VersionRemoval.RETAIN, undefined],
])('a schema version with the removal %s has %s under a policy for what has none', (removal, expected) => {
  const stack = newStack();
  const schema = SchemaReference.fromSchemaName({ schemaName: 'orders' });
  new SchemaVersion(stack, 'V', { schema, definition: SchemaDefinition.fromString('"string"'), removal });
  MissingRemovalPolicies.of(stack).destroy();

  expect(artifact(stack, 'Custom::GlueSchemaVersion').Removal).toBe(expected);
});

describe('policies for all resources', () => {
  test('delete nothing that is said to stay', () => {
    const destroyed = removals(stack => RemovalPolicies.of(stack).destroy(), VersionRemoval.RETAIN, RETAIN);

    expect(destroyed).toEqual(['RETAIN', 'RETAIN']);
  });

  test('may keep what is said to go', () => {
    const retained = removals(stack => RemovalPolicies.of(stack).retain(), VersionRemoval.DELETE, DESTROY);

    expect(retained).toEqual(['RETAIN', 'RETAIN']);
  });
});
