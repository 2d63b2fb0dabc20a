import { App, type CfnResource, NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SoftwarePackage } from 'cdk-versioned-artifacts';
import { PACKAGE, resources } from '../app';

type Refer = (softwarePackage: SoftwarePackage, name: string) => void;

const behind = ({ node }: SoftwarePackage) => node.defaultChild as CfnResource;

/** The ways in which an artifact can refer to another resource, beside its description. */
const WAYS: Record<string, Refer> = {
  'a tag': (softwarePackage, name) => Tags.of(softwarePackage).add('bucket', name),
  'an override': (softwarePackage, name) => behind(softwarePackage).addPropertyOverride('Salt', name),
  metadata: (softwarePackage, name) => behind(softwarePackage).addMetadata('bucket', name),
};

/** The name of another stack's resource in the template of an artifact. */
const IMPORTED = /Fn::ImportValue|Fn::GetStackOutput/;

function elsewhere(): { stack: Stack; name: string } {
  const app = new App({ analyticsReporting: false });
  return { stack: new Stack(app, 'Stack'), name: new Bucket(new Stack(app, 'Other'), 'Bucket').bucketName };
}

test.each(Object.entries(WAYS))('%s of an artifact can refer to a resource of another stack', (_, refer) => {
  const { stack, name } = elsewhere();
  refer(new SoftwarePackage(stack, 'Package', { packageName: 'p' }), name);

  expect(JSON.stringify(resources(stack, PACKAGE))).toMatch(IMPORTED);
});

test('a property of an artifact can refer to a resource of another stack', () => {
  const { stack, name } = elsewhere();
  new SoftwarePackage(stack, 'Package', { packageName: 'p', description: name });

  expect(JSON.stringify(resources(stack, PACKAGE))).toMatch(IMPORTED);
});

test('an artifact of a nested stack can refer to a resource of the stack around it, which hands a parameter in', () => {
  const { stack } = elsewhere();
  const nested = new NestedStack(stack, 'Nested');
  behind(new SoftwarePackage(nested, 'Package', { packageName: 'p' })).addMetadata(
    'bucket',
    new Bucket(stack, 'Bucket').bucketName,
  );

  const [{ Metadata }] = Object.values(resources(nested, PACKAGE)) as unknown as { Metadata: unknown }[];
  expect(Metadata).toEqual({ bucket: { Ref: expect.stringMatching(/^reference/) } });
});
