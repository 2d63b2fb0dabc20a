import { Aspects, CfnResource, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** Members that the type declarations of the CDK's resources leave out. */
interface Insides {
  readonly rawOverrides: object;
  _toCloudFormation(): { readonly Resources?: object };
}

export const insidesOf = (resource: CfnResource) => resource as unknown as Insides;

/** What the CDK itself renders of a resource. */
export const render = (resource: CfnResource) => insidesOf(CfnResource.prototype)._toCloudFormation.call(resource);

/**
 * What a construct looks like from outside: its resources with their overrides, dependencies and aspects. Not the
 * content of policies, which grows as long as permissions are added.
 */
export function looksOf(construct: IConstruct): string {
  return JSON.stringify(
    construct.node
      .findAll()
      .map(part => [part.node.path, part.node.dependencies.length, Aspects.of(part).all.length, resourceOf(part)]),
  );
}

function resourceOf(part: IConstruct): unknown {
  if (!CfnResource.isCfnResource(part)) return undefined;
  const insides = insidesOf(part);
  // a policy is not rendered: its lazy values would keep their first value.
  if (part.cfnResourceType === 'AWS::IAM::Policy')
    return Stack.of(part).resolve([insides.rawOverrides, part.cfnOptions]);
  return Stack.of(part).resolve(insides._toCloudFormation());
}
