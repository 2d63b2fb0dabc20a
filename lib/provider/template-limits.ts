import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** CloudFormation's own limits for a template. */
const MAX_RESOURCES = 500;
const MAX_BYTES = 1_048_576;

/** The part of a limit from which on a template is near it. */
const NEAR = 0.9;

/** Bytes of an artifact beside its properties: its ids, its type, the service token and what it depends on. */
const FRAME_BYTES = 400;

const WAY_OUT =
  'divide the artifacts among several stacks, or declare only the newest versions: older ones stay by default, ' +
  'and a retention removes them later';

/** Warns if a template comes near CloudFormation's limits, while the user can still change it. */
export function warnOfLimits(provider: IConstruct, properties: readonly object[]): void {
  const warnings = Annotations.of(provider);
  const stack = Stack.of(provider);
  const resources = stack.node.findAll().filter(each => CfnResource.isCfnResource(each) && each.stack === stack).length;
  if (resources >= MAX_RESOURCES * NEAR) {
    warnings.addWarningV2(
      'cdk-versioned-artifacts:manyResources',
      `a template must have at most ${MAX_RESOURCES} resources, got ${resources}, ${properties.length} of them artifacts: ${WAY_OUT}`,
    );
  }
  const bytes = properties.reduce((sum, each) => sum + FRAME_BYTES + Buffer.byteLength(JSON.stringify(each)), 0);
  if (bytes >= MAX_BYTES * NEAR) {
    warnings.addWarningV2(
      'cdk-versioned-artifacts:largeTemplate',
      `a template must have at most ${MAX_BYTES} bytes, got artifacts of about ${bytes}: ${WAY_OUT}`,
    );
  }
}
