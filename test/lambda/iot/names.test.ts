import {
  answeredId,
  defaultPointerId,
  deployedVersion,
  packageArn,
  packageId,
  parsePhysicalId,
  thingNameOf,
  versionArn,
  versionId,
} from '../../../lambda/iot/names';
import { type Scope } from '../../../lambda/runtime/custom-resource';

test.each(['aws', 'aws-cn', 'aws-us-gov'])(
  'ARNs are of the stack’s own partition, region and account: %s',
  partition => {
    const stackId = `arn:${partition}:cloudformation:some-region-1:222222222222:stack/fleet/1`;
    const scope = { stackId } as Scope;
    expect(packageArn(scope, 'p')).toBe(`arn:${partition}:iot:some-region-1:222222222222:package/p`);
    expect(versionArn(scope, 'p', '1')).toBe(`arn:${partition}:iot:some-region-1:222222222222:package/p/version/1`);
  },
);

const names = { packageName: 'brake.ecu', owner: '0a1b2c' };

test.each([
  [packageId('brake.ecu', '0a1b2c'), 'brake.ecu@0a1b2c', { ...names, versionName: undefined }],
  [versionId('brake.ecu', '1.0.0', '0a1b2c'), 'brake.ecu/1.0.0@0a1b2c', { ...names, versionName: '1.0.0' }],
  [defaultPointerId('brake.ecu', '0a1b2c'), 'brake.ecu/$default@0a1b2c', { ...names, versionName: '$default' }],
])('the id %s reads back', (id, written, parts) => {
  expect(id).toBe(written);
  expect(parsePhysicalId(id)).toStrictEqual(parts);
  expect(answeredId(id, () => 'announced')).toBe(id);
});

test.each(['Fleet-V-1ABCDEFGHIJKL', 'a/b/c@0a', 'a@0a@0b', 'a@0g', '@0a', 'a/@0a', 'a@'])(
  'the id %s is none of this library',
  id => {
    expect(() => parsePhysicalId(id)).toThrow(`not a physical id of this library: "${id}"`);
    expect(answeredId(id, () => 'announced')).toBe('announced');
  },
);

test.each([
  ['arn:aws:iot:r:1:package/brake.ecu/version/1.0.0', { packageName: 'brake.ecu', versionName: '1.0.0' }],
  ['arn:aws:iot:r:1:package/brake.ecu/version/1.0.0/more', undefined],
  ['arn:aws:iot:r:1:package/brake.ecu', undefined],
  ['arn:aws:iot:r:1:thing/brake.ecu/version/1.0.0', undefined],
])('the destination %s deploys %j', (arn, version) => {
  expect(deployedVersion(arn)).toEqual(version);
});

test('a thing has its name at the end of its ARN', () => {
  expect(thingNameOf('arn:aws:iot:r:1:thing/car:7')).toBe('car:7');
});
