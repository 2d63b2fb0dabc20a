import { ScopedAws } from 'aws-cdk-lib';
import { ProviderFamily } from '../provider/family';

/** The provider of WeChat CloudBase service versions. Which secrets it reads, the access tokens tell. */
export const WECHAT_FAMILY: ProviderFamily = {
  constructId: 'WeChatArtifactProvider',
  bundle: 'wechat',
  description: 'Manages the WeChat CloudBase service versions of its stack',
  permissions: stack => [
    // tells whether a version that leaves the stack has only moved to another construct of it.
    { actions: ['cloudformation:ListStackResources'], resources: [new ScopedAws(stack).stackId] },
  ],
};
