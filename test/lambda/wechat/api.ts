/** The service `api`, and a stack: what imports this has a local AWS of its own in each test. */
import { type LocalAws, weChatError } from 'cdk-versioned-artifacts-local';
import { ENVIRONMENT, SERVER, Stack, serviceWithTraffic } from './stack';

export let aws: LocalAws;
export let stack: Stack;
beforeEach(async () => {
  aws = await serviceWithTraffic();
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

export const versions = () => Object.keys(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {});
export const failing = (operation: string, code: number, times = 1) =>
  aws.faults.inject({ operation, times, trouble: { error: weChatError(code) } });
export const logged = () => JSON.stringify(stack.logs);
