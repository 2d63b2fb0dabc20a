import {
  CfnResource,
  DefaultTokenResolver,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  StringConcat,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { insidesOf } from './looks';

/** Whether a value has tokens, which can be references. */
export function hasTokens(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Record<string, unknown>;
  return Object.keys(members).some(key => Token.isUnresolved(key) || hasTokens(members[key]));
}

/** A value as JSON: text whose rules can be checked, unless only the deployment knows a part of it. */
export const jsonOf = (scope: IConstruct, value: object): string =>
  hasTokens(value) ? Stack.of(scope).toJsonString(value) : JSON.stringify(value);

/** Whether what was set on a resource, beside its properties, has tokens. */
export function hasTokensBeside(resource: CfnResource): boolean {
  // a condition is a construct, and refers to no resource.
  const { condition: _, ...options } = resource.cfnOptions;
  return hasTokens(insidesOf(resource).rawOverrides) || hasTokens(options);
}

/** The resources that a resource refers to. */
export function referencesIn(resource: CfnResource): IConstruct[] {
  const resolver = new References();
  const template = insidesOf(resource)._toCloudFormation();
  Tokenization.resolve(template, { scope: resource, resolver, preparing: true });
  return resolver.found;
}

class References extends DefaultTokenResolver {
  public readonly found: IConstruct[] = [];

  constructor() {
    super(new StringConcat());
  }

  public override resolveToken(token: IResolvable, ...rest: [IResolveContext, never]): unknown {
    if (Reference.isReference(token) && CfnResource.isCfnResource(token.target)) this.found.push(token.target);
    return super.resolveToken(token, ...rest);
  }
}
