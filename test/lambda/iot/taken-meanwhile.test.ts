/** K3: what another stack has adopted while an event waited, for a quota or an answer of CloudFormation, stays as it is. */
import { throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { PACKAGE, aws, held, meanwhile, pointer, published, shown, stack, succeeded, version } from './cancellations';
import { Stack } from './stack';

let other: Stack;

beforeEach(async () => {
  other = new Stack(aws, 'other');
  await aws.iot.createVersion(PACKAGE, '0.1.0', { status: 'PUBLISHED' });
  await aws.iot.createVersion(PACKAGE, '0.2.0', { status: 'PUBLISHED' });
});

afterEach(() => jest.restoreAllMocks());

/** Where an event of this stack waits while another stack adopts. */
type Wait = (adopts: () => Promise<void>) => void;

const throttled =
  (operation: string): Wait =>
  adopts => {
    aws.faults.inject({ service: 'iot', operation, times: 1, trouble: { error: throttling() } });
    meanwhile(operation, 'failed', adopts);
  };

const asked: Wait = adopts => {
  jest.spyOn(stack.history, 'describeResource').mockImplementationOnce(async () => {
    await adopts();
    throw Object.assign(new Error('Rate exceeded'), { name: 'Throttling' });
  });
};

const [V, P, D] = [Type.VERSION, Type.PACKAGE, Type.DEFAULT_VERSION];
const softwarePackage = { PackageName: 'own', Removal: 'DELETE' };

const created = async (type: string, properties: object, wait: Wait): Promise<string> => {
  const id = succeeded(await stack.create(type, 'R', properties));
  await stack.later();
  wait(async () => {
    await stack.later();
    succeeded(await other.create(type, 'O', { ...properties, AdoptExisting: true }));
  });
  return id;
};

/** The stacks that own the version, the package of its own, and the default. */
const owners = () => [
  held()?.tags[ARTIFACT_TAGS.stack],
  aws.iot.describe('own')?.tags[ARTIFACT_TAGS.stack],
  aws.iot.describe(PACKAGE)?.tags[DEFAULT_POINTER_TAGS.stack],
];

describe.each(['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS'])(
  'a Delete during %s',
  status => {
    test.each<[string, string, object, Wait]>([
      ['a version, asked', V, published('1.0.0', { ProtectInActiveJobs: false }), asked],
      ['a version, throttled', V, published(), throttled('DeletePackageVersion')],
      ['a version under DEPRECATE, asked', V, published('1.0.0', { Removal: 'DEPRECATE' }), asked],
      ['a package, asked', P, softwarePackage, asked],
      ['a package, listing', P, softwarePackage, throttled('ListPackageVersions')],
      ['a package, throttled', P, softwarePackage, throttled('DeletePackage')],
      ['a default, asked', D, pointer('0.1.0'), asked],
      ['a default, reading', D, pointer('0.1.0'), throttled('GetPackage')],
      ['a default, throttled', D, pointer('0.1.0'), throttled('UpdatePackage')],
    ])('leaves %s', async (_what, type, properties, wait) => {
      const id = await created(type, properties, wait);
      if (status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') stack.status = status;
      succeeded(await stack.delete(type, 'R', id, properties));
      expect(owners()).toContain(other.stackId);
      if (type === V) expect(held()?.status).toBe('PUBLISHED');
      if (type === D) expect(shown()).toBe('0.1.0');
    });
  },
);

describe('an Update changes no', () => {
  const [a, b] = ['a', 'b'].map(Description => version('1.0.0', { Description })) as [object, object];

  test.each<[string, Wait]>([
    ['version while it is asked', asked],
    ['version while it is throttled', throttled('UpdatePackageVersion')],
  ])('%s, and fails, except in a rollback', async (_what, wait) => {
    const id = await created(V, a, wait);
    expect(await stack.update(V, 'R', { id, properties: b, old: a })).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/somebody else has taken version 1.0.0 .* while this event was waiting/),
    });
    expect(held()).toMatchObject({ description: 'a', tags: { [ARTIFACT_TAGS.stack]: other.stackId } });
  });

  test('version in a rollback, which goes on', async () => {
    const id = await created(V, a, throttled('UpdatePackageVersion'));
    stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    succeeded(await stack.update(V, 'R', { id, properties: b, old: a }));
    expect(held()?.description).toBe('a');
  });

  test('default', async () => {
    const id = await created(D, pointer('0.1.0'), throttled('UpdatePackage'));
    const reply = await stack.update(D, 'R', { id, properties: pointer('0.2.0'), old: pointer('0.1.0') });
    expect(reply.Status).toBe('FAILED');
    expect(shown()).toBe('0.1.0');
  });
});
