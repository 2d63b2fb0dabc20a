import { packageArn, versionArn } from '../../../lambda/iot/names';
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
