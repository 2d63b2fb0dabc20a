import { Aspects, CfnResource, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** What the declarations of the CDK's resources leave out. */
interface Insides {
  readonly rawOverrides: object;
  _toCloudFormation(): object;
}

export const insidesOf = (resource: CfnResource) => resource as unknown as Insides;

/**
 * What a construct looks like from outside: the resources in it with their overrides, dependencies and aspects. Not
 * what policies say, which grow as long as there is something to allow.
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
  // a policy is not rendered: what is lazy in it would keep its first value.
  if (part.cfnResourceType === 'AWS::IAM::Policy')
    return Stack.of(part).resolve([insides.rawOverrides, part.cfnOptions]);
  return Stack.of(part).resolve(insides._toCloudFormation());
}
