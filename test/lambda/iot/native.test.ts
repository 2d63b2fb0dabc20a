import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { Stack } from './stack';

const { PACKAGE: PACKAGES, VERSION } = SoftwarePackageResourceType;
const PACKAGE = 'brake-ecu';

let aws: LocalAws;
let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start();
  await aws.iot.createPackage(PACKAGE);
  await aws.iot.createVersion(PACKAGE, '1.0.0');
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

const held = () => aws.iot.describe(PACKAGE);
const artifacts: [string, object, string, string][] = [
  [VERSION, { PackageName: PACKAGE, VersionName: '1.0.0' }, 'AWS::IoT::SoftwarePackageVersion', `${PACKAGE}|1.0.0`],
  [PACKAGES, { PackageName: PACKAGE }, 'AWS::IoT::SoftwarePackage', PACKAGE],
];

describe.each(artifacts)('%s does not adopt', (type, properties, nativeType, physicalId) => {
  const adopting = { ...properties, AdoptExisting: true };

  test('what the stack has as a resource of AWS’s own, and says how to get it out', async () => {
    stack.history.others.push({ logicalId: 'Native', type: nativeType, physicalId });
    const before = held();
    const { Status, Reason } = await stack.create(type, 'A', adopting);
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`is still managed by this stack's resource Native (${nativeType})`);
    expect(Reason).toContain('DeletionPolicy: Retain');
    expect(held()).toEqual(before);
  });

  test('but what another resource of the stack only resembles', async () => {
    stack.history.others.push({ logicalId: 'Native', type: nativeType, physicalId: `${physicalId}0` });
    stack.history.others.push({ logicalId: 'Thing', type: 'AWS::IoT::Thing', physicalId });
    expect(await stack.create(type, 'A', adopting)).toMatchObject({ Status: 'SUCCESS' });
    const { tags } = type === VERSION ? held()!.versions['1.0.0'] : held()!;
    expect(tags).toHaveProperty([ARTIFACT_TAGS.owner]);
  });
});
