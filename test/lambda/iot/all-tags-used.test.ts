/** A resource with as many tags as AWS allows: an operator's tool has used what the template leaves. */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, MAX_TAGS } from '../../../contract/ownership';
import { type Tags } from '../../../lambda/runtime/ownership';
import { PACKAGE, aws, held, pointer, published, settled, shown, stack, succeeded } from './cancellations';

const filled = (resource: string, tags: Tags) => {
  const free = MAX_TAGS - Object.keys(tags).length;
  const resourceArn = `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
  return aws.iot.byHand('TagResource', {
    resourceArn,
    tags: Array.from({ length: free }, (_, n) => ({ Key: `cost-${n}`, Value: 'x' })),
  });
};

beforeEach(() => aws.iot.createVersion(PACKAGE, '0.1.0', { status: 'PUBLISHED' }));

const ofVersion = (Removal: string) => ({
  type: Type.VERSION,
  properties: published('1.0.0', { Removal }),
  resource: `package/${PACKAGE}/version/1.0.0`,
  tags: (): Tags => held()?.tags ?? {},
});
const ofPackage = (type: string, properties: object) => ({
  type,
  properties: { ...properties, Removal: 'RETAIN' },
  resource: `package/${PACKAGE}`,
  tags: (): Tags => aws.iot.describe(PACKAGE)?.tags ?? {},
});

describe.each([
  ['a version under RETAIN', ofVersion('RETAIN')],
  ['a version under DEPRECATE', ofVersion('DEPRECATE')],
  ['a default', ofPackage(Type.DEFAULT_VERSION, pointer('0.1.0'))],
  ['a package', ofPackage(Type.PACKAGE, { PackageName: PACKAGE, AdoptExisting: true })],
])('%s', (_what, { type, properties, resource, tags }) => {
  test.each([undefined, 1, 2, 3, 4, 5, 6, 7])(
    'that stays has no owner, if the function dies after call %s',
    async call => {
      const id = succeeded(await stack.create(type, 'R', properties));
      await settled();
      await filled(resource, tags());
      stack.status = 'DELETE_IN_PROGRESS';
      if (call !== undefined) stack.killNext = { call, when: 'after' };
      succeeded(await stack.delete(type, 'R', id, properties));
      const keys = Object.keys(tags()).filter(key => key.startsWith('cdk-versioned-artifacts:'));
      const { releasedBy } = type === Type.DEFAULT_VERSION ? DEFAULT_POINTER_TAGS : ARTIFACT_TAGS;
      expect(keys).toEqual([releasedBy]);
      expect(tags()).toHaveProperty('cost-0');
      if (type === Type.DEFAULT_VERSION) expect(shown()).toBe('0.1.0');
    },
  );
});
