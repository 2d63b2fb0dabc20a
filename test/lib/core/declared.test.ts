import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { CfnSchema } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import {
  DefaultPackageVersion,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { newStack, resources } from '../app';

const definition = (text: string) => SchemaDefinition.fromString(JSON.stringify(text));
const GLUE_VERSION = 'Custom::GlueSchemaVersion';

/** What each version of a stack waits for among the others, by construct id. */
function previous(stack: Stack): Record<string, string[]> {
  const id = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  return Object.fromEntries(
    Object.entries(resources(stack, GLUE_VERSION)).map(([logicalId, { DependsOn = [] }]) => [
      id(logicalId),
      DependsOn.map(id).filter(other => !/Provider/.test(other)),
    ]),
  );
}

test('versions follow each other in the order of declaration, wherever they are in the tree', () => {
  const stack = newStack();
  const schema = SchemaReference.fromSchemaName({ schemaName: 'orders' });
  const [a, b] = ['A', 'B'].map(id => new Construct(stack, id));
  new SchemaVersion(a, 'V1', { schema, definition: definition('1') });
  new SchemaVersion(b, 'V2', { schema, definition: definition('2') });
  new SchemaVersion(a, 'V3', { schema, definition: definition('3') });

  expect(previous(stack)).toEqual({ AV1: [], BV2: ['AV1'], AV3: ['BV2'] });
});

test('what was taken out of the tree is not waited for, and does not stand in the way of another one', () => {
  const stack = newStack();
  const schema = SchemaReference.fromSchemaName({ schemaName: 'orders' });
  const middle = new Construct(stack, 'Middle');
  new SchemaVersion(stack, 'V1', { schema, definition: definition('1') });
  new SchemaVersion(middle, 'V2', { schema, definition: definition('2') });
  new SchemaVersion(stack, 'V3', { schema, definition: definition('3') });
  stack.node.tryRemoveChild('Middle');
  new SchemaVersion(stack, 'V2', { schema, definition: definition('2') });

  expect(previous(stack)).toEqual({ V1: [], V3: ['V1'], V2: ['V3'] });
});

test('a logical id that is overridden between two declarations does not part them', () => {
  const stack = newStack();
  const cfnSchema = new CfnSchema(stack, 'Schema', { name: 'orders', dataFormat: 'AVRO', compatibility: 'NONE' });
  const schema = SchemaReference.fromCfnSchema(cfnSchema);
  new SchemaVersion(stack, 'V1', { schema, definition: definition('1') });
  cfnSchema.overrideLogicalId('Orders');
  new SchemaVersion(stack, 'V2', { schema, definition: definition('2') });

  expect(previous(stack)).toEqual({ V1: [], V2: ['V1'] });
});

test('parameters of one name in two stacks are two packages', () => {
  const app = new App();
  for (const id of ['One', 'Two']) {
    const stack = new Stack(app, id);
    const packageName = new CfnParameter(stack, 'Name').valueAsString;
    const version = new SoftwarePackage(stack, 'Package', { packageName }).addVersion('V', {
      versionName: '1.0.0',
      status: PackageVersionStatus.PUBLISHED,
    });
    expect(() => new DefaultPackageVersion(stack, 'Default', { version })).not.toThrow();
  }
});

test('synthesis looks at each declaration a bounded number of times', () => {
  /** The walks over the tree and the resolutions of so many schemas with two versions each. */
  const effort = (schemas: number) => {
    const stack = newStack();
    const resolve = jest.spyOn(stack, 'resolve');
    const findAll = jest.spyOn(stack.node, 'findAll');
    for (let i = 0; i < schemas; i++) {
      const schema = SchemaReference.fromSchemaName({ schemaName: `orders-${i}` });
      for (const n of [1, 2]) new SchemaVersion(stack, `V${i}-${n}`, { schema, definition: definition(`${n}`) });
    }
    resources(stack);
    return { walks: findAll.mock.calls.length, resolutions: resolve.mock.calls.length };
  };
  const [few, many] = [effort(5), effort(20)];

  expect(many.walks).toBe(few.walks);
  expect(many.resolutions).toBeLessThanOrEqual(4 * few.resolutions);
});
