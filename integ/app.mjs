// @ts-check
// What all integration tests begin with: an app as `cdk init` makes it, with the feature flags that the CDK recommends.
// By them the assertions refer to the tested stack through Fn::GetStackOutput.
import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';

export const newApp = () => new App({ context: CURRENTLY_RECOMMENDED_FLAGS });
