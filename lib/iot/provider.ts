import { Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { ArtifactProvider } from '../provider/artifact-provider';
import { type ArtifactProviderProps } from '../provider/artifact-provider-props';
import { type ProviderFamily } from '../provider/provider-function';
import { providerPermissions } from './permissions';

/** Frozen: the service token of a deployed resource must not change. Short, because every artifact names it. */
const ID = 'IotArtifacts';

/**
 * The provider of AWS IoT software packages, their versions and the sweeps over AWS IoT.
 *
 * @example
 * import { RetentionDays } from 'aws-cdk-lib/aws-logs';
 * import { IotArtifactProvider } from 'cdk-versioned-artifacts';
 *
 * IotArtifactProvider.of(this, { logRetention: RetentionDays.ONE_YEAR });
 */
export class IotArtifactProvider extends ArtifactProvider {
  /**
   * The provider in a scope's stack, which is made where there is none. There is one in each stack, nested ones
   * included.
   *
   * @param scope a construct in the stack, or the stack
   * @param props the provider's configuration, given once in a stack; leave it out to just get the provider
   */
  public static of(scope: Construct, props?: ArtifactProviderProps): IotArtifactProvider {
    return ArtifactProvider._of(scope, ID, props, stack => new IotArtifactProvider(stack, ID, props));
  }

  /** @internal */
  protected override _family(): ProviderFamily {
    return {
      bundle: 'iot',
      description: 'Manages the AWS IoT software packages of its stack',
      permissions: providerPermissions(Stack.of(this)),
    };
  }
}
