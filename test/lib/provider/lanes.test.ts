import { type App, type CfnResource, Lazy, NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { type IConstruct } from 'constructs';
import fc from 'fast-check';
import {
  JobExecutionCleanup,
  JobSelection,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { PACKAGE, type Resource, VERSION, newStack, resources } from '../app';

const AT_ONCE = 8;

/** Packages of a stack, which depend on nothing by themselves. */
const packages = (stack: Stack, count: number) =>
  Array.from({ length: count }, (_, index) => new SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` }));
const behind = (construct: IConstruct) => construct.node.defaultChild as CfnResource;
const logicalId = (construct: IConstruct) => Stack.of(construct).getLogicalId(behind(construct));

/** What of a stack's artifacts each comes after, by any way; synthesis has refused cycles by then. */
function before(all: Record<string, Resource>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const of = (id: string): Set<string> => {
    const known = found.get(id);
    if (known) return known;
    const ids = new Set<string>();
    found.set(id, ids);
    const direct = (all[id].DependsOn ?? []).filter(other => other in all);
    for (const other of direct) for (const each of [other, ...of(other)]) ids.add(each);
    return ids;
  };
  for (const id of Object.keys(all)) of(id);
  return found;
}

/** Artifacts that none of the others waits for at the end. */
function lastOnes(all: Record<string, Resource>): string[] {
  const waitedFor = new Set(Object.values(all).flatMap(({ DependsOn = [] }) => DependsOn));
  return Object.keys(all).filter(id => !waitedFor.has(id));
}

const firstOnes = (all: Record<string, Resource>) => [...before(all).values()].filter(({ size }) => size === 0).length;

test('eight artifacts of a stack do not wait for one another', () => {
  const stack = newStack();
  packages(stack, AT_ONCE);

  expect(firstOnes(resources(stack, PACKAGE))).toBe(AT_ONCE);
});

test('of more than eight each waits for one that was declared before, so that eight are made and removed at once', () => {
  const stack = newStack();
  const declared = packages(stack, 35).map(logicalId);

  const all = resources(stack, PACKAGE);
  expect(firstOnes(all)).toBe(AT_ONCE);
  expect(lastOnes(all)).toHaveLength(AT_ONCE);
  for (const [id, { DependsOn = [] }] of Object.entries(all)) {
    for (const other of DependsOn) expect(declared.indexOf(other)).toBe(declared.indexOf(id) - AT_ONCE);
  }
});

test('a version that waits for another one of its package is made after the package all the same', () => {
  const stack = newStack();
  const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
  for (let index = 0; index < 30; index++) firmware.addVersion(`V${index}`, { versionName: `${index}` });

  const versions = resources(stack, VERSION);
  const all = { ...versions, ...resources(stack, PACKAGE) };
  for (const id of Object.keys(versions)) {
    expect(before(all).get(id)).toContain(logicalId(firmware));
    expect(versions[id].DependsOn).toHaveLength(1);
  }
});

test('versions of one schema, which follow each other anyway, wait for no others', () => {
  const stack = newStack();
  const schema = SchemaReference.fromSchemaName({ schemaName: 'orders' });
  const definition = (index: number) => SchemaDefinition.fromObject({ type: 'string', index });
  for (let index = 0; index < 20; index++)
    new SchemaVersion(stack, `V${index}`, { schema, definition: definition(index) });

  const all = Object.values(resources(stack, 'Custom::GlueSchemaVersion'));
  expect(all.flatMap(({ DependsOn = [] }) => DependsOn)).toHaveLength(19);
});

test('a sweep waits for no artifact but those that it must find, and none waits for it', () => {
  const stack = newStack();
  new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.all(), triggers: [SweepTrigger.onDestroy()] });
  packages(stack, 20);

  const [[id, { DependsOn = [] }]] = Object.entries(resources(stack, 'Custom::IoTJobExecutionCleanup'));
  expect(DependsOn.filter(other => other in resources(stack, PACKAGE))).toEqual([]);
  for (const each of Object.values(resources(stack, PACKAGE))) expect(each.DependsOn ?? []).not.toContain(id);
});

// synthesis of a template in a test refuses cycles by itself.
describe('no cycle comes where an earlier one waits for a later one', () => {
  test('by a dependency', () => {
    const stack = newStack();
    const [first, ...others] = packages(stack, 25);
    first.node.addDependency(others[AT_ONCE - 1]);

    expect(before(resources(stack, PACKAGE)).get(logicalId(first))).toContain(logicalId(others[AT_ONCE - 1]));
    expect(firstOnes(resources(stack, PACKAGE))).toBeLessThanOrEqual(AT_ONCE);
  });

  test('by a reference', () => {
    const stack = newStack();
    const description = Lazy.string({ produce: () => later.packageArn });
    new SoftwarePackage(stack, 'First', { packageName: 'first', description });
    const others = packages(stack, 25);
    const later = others[AT_ONCE - 1];

    expect(resources(stack, PACKAGE)[logicalId(stack.node.findChild('First'))].Properties.Description).toEqual({
      'Fn::GetAtt': [logicalId(later), 'PackageArn'],
    });
  });

  test('by a reference in a tag', () => {
    const stack = newStack();
    const [first, ...others] = packages(stack, 25);
    Tags.of(first).add('successor', others[AT_ONCE - 1].packageArn);

    expect(resources(stack, PACKAGE)[logicalId(first)].Properties.Tags).toHaveLength(1);
  });

  test('by a resource between them', () => {
    const stack = newStack();
    const [first, ...others] = packages(stack, 25);
    const between = new StringParameter(stack, 'Between', { stringValue: others[AT_ONCE - 1].packageArn });
    first.node.addDependency(between);

    expect(firstOnes(resources(stack, PACKAGE))).toBeLessThanOrEqual(AT_ONCE);
  });

  test('by a nested stack between them', () => {
    const stack = newStack();
    const [first, ...others] = packages(stack, 25);
    const nested = new NestedStack(stack, 'Nested');
    new StringParameter(nested, 'Within', { stringValue: others[AT_ONCE - 1].packageArn });
    first.node.addDependency(nested);

    expect(firstOnes(resources(stack, PACKAGE))).toBeLessThanOrEqual(AT_ONCE);
  });

  test('by the resource of a nested stack between them', () => {
    const stack = newStack();
    const [first, ...others] = packages(stack, 25);
    const nested = new NestedStack(stack, 'Nested');
    new StringParameter(nested, 'Within', { stringValue: others[AT_ONCE - 1].packageArn });
    first.node.addDependency(nested.nestedStackResource!);

    expect(firstOnes(resources(stack, PACKAGE))).toBeLessThanOrEqual(AT_ONCE);
  });

  test('by whatever dependencies there are', () => {
    const pair = fc.tuple(fc.nat(29), fc.nat(29)).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(30).keys()], { minLength: 30 }), fc.array(pair), (order, pairs) => {
        const stack = newStack();
        const all = packages(stack, 30);
        // along some order, so that the dependencies by themselves make no cycle.
        for (const [a, b] of pairs) {
          const [earlier, later] = order.indexOf(a) < order.indexOf(b) ? [a, b] : [b, a];
          all[later].node.addDependency(all[earlier]);
        }
        const made = resources(stack, PACKAGE);
        expect(firstOnes(made)).toBeLessThanOrEqual(AT_ONCE);
        for (const [a, b] of pairs) {
          const [earlier, later] = order.indexOf(a) < order.indexOf(b) ? [a, b] : [b, a];
          expect(before(made).get(logicalId(all[later]))).toContain(logicalId(all[earlier]));
        }
      }),
      { numRuns: 25, seed: 1 },
    );
  });
});

test('a dependency that was forbidden is not made, nor is one on the package', () => {
  const stack = newStack();
  const all = packages(stack, AT_ONCE + 1);
  const dependent = behind(all[AT_ONCE]);
  // the former name, where aws-cdk-lib is older.
  (dependent.removeResourceDependency ?? dependent.removeDependency).call(dependent, behind(all[0]));

  const [made] = Object.entries(resources(stack, PACKAGE)).filter(([id]) => id === logicalId(all[AT_ONCE]));
  expect(made[1].DependsOn).toEqual([logicalId(all[1])]);

  const other = newStack();
  const firmware = new SoftwarePackage(other, 'Firmware');
  const version = behind(firmware.addVersion('V', { versionName: '1' }));
  (version.removeResourceDependency ?? version.removeDependency).call(version, behind(firmware));
  expect(Object.values(resources(other, VERSION))[0].DependsOn).toBeUndefined();
});

test('what was taken out of the tree is not waited for', () => {
  const stack = newStack();
  packages(stack, 25);
  stack.node.tryRemoveChild('P3');

  expect(Object.values(resources(stack, PACKAGE)).flatMap(({ DependsOn = [] }) => DependsOn)).toHaveLength(
    24 - AT_ONCE,
  );
});

test('a template is the same when it is synthesized again', () => {
  const stack = newStack();
  packages(stack, 25);
  const assembly = (stack.node.root as App).synth({ force: true });

  const again = (stack.node.root as App).synth({ force: true });
  expect(again.getStackByName('Stack').template).toEqual(assembly.getStackByName('Stack').template);
});
