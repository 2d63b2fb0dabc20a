import { Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { ArtifactProvider } from '../provider/artifact-provider';
import { type ArtifactProviderProps } from '../provider/artifact-provider-props';
import { type ProviderFamily } from '../provider/provider-function';
import { providerPermissions } from './permissions';

/** Frozen: the service token of a deployed resource must not change. Short, because every artifact names it. */
const ID = 'WeChatArtifacts';

/**
 * The provider of WeChat CloudBase service versions and the sweeps over them.
 *
 * WeChat takes a platform's token only from addresses on the platform's allow-list: give the function a VPC whose
 * private subnets have a NAT with a fixed address.
 *
 * @example
 * import { NatProvider, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
 * import { WeChatArtifactProvider } from 'cdk-versioned-artifacts';
 *
 * const natGatewayProvider = NatProvider.gateway({ eipAllocationIds: ['eipalloc-0a1b2c3d'] });
 * const vpc = new Vpc(this, 'Vpc', { natGateways: 1, natGatewayProvider });
 * WeChatArtifactProvider.of(this, { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS } });
 */
export class WeChatArtifactProvider extends ArtifactProvider {
  /**
   * The provider in a scope's stack, which is made where there is none. There is one in each stack, nested ones
   * included.
   *
   * @param scope a construct in the stack, or the stack
   * @param props the provider's configuration, given once in a stack; leave it out to just get the provider
   */
  public static of(scope: Construct, props?: ArtifactProviderProps): WeChatArtifactProvider {
    return ArtifactProvider._of(scope, ID, props, stack => new WeChatArtifactProvider(stack, ID, props));
  }

  /** @internal */
  protected override _family(): ProviderFamily {
    return {
      bundle: 'wechat',
      description: 'Manages the WeChat CloudBase service versions of its stack',
      permissions: providerPermissions(Stack.of(this)),
    };
  }
}
