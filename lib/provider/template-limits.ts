import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** CloudFormation's own limits of a template. */
const MAX_RESOURCES = 500;
const MAX_BYTES = 1_048_576;

/** Part of a limit from which on it is near. */
const NEAR = 0.9;

/** Bytes of an artifact beside its properties: its ids, its type, the service token and what it depends on. */
const FRAME_BYTES = 400;

const WAY_OUT =
  'divide the artifacts among several stacks, or declare the newest versions alone: those before them stay by default, ' +
  'and a retention removes them in time';

/** Warns of a template that comes near what CloudFormation takes, while there is still a way out. */
export function warnOfLimits(provider: IConstruct, properties: readonly object[]): void {
  const warnings = Annotations.of(provider);
  const stack = Stack.of(provider);
  const resources = stack.node.findAll().filter(each => CfnResource.isCfnResource(each) && each.stack === stack).length;
  if (resources >= MAX_RESOURCES * NEAR) {
    warnings.addWarningV2(
      'cdk-versioned-artifacts:manyResources',
      `a template may have ${MAX_RESOURCES} resources, got ${resources}, ${properties.length} of them artifacts: ${WAY_OUT}`,
    );
  }
  const bytes = properties.reduce((sum, each) => sum + FRAME_BYTES + Buffer.byteLength(JSON.stringify(each)), 0);
  if (bytes >= MAX_BYTES * NEAR) {
    warnings.addWarningV2(
      'cdk-versioned-artifacts:largeTemplate',
      `a template may have ${MAX_BYTES} bytes, got artifacts of about ${bytes}: ${WAY_OUT}`,
    );
  }
}
