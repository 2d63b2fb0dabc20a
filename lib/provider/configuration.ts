import { type Duration, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';
import { invalid } from '../core/validation';
import { type ArtifactProviderProps } from './artifact-provider-props';

/** Throws where a configuration contradicts itself. */
export function validateConfiguration(scope: IConstruct, props: ArtifactProviderProps): void {
  const problem = checkConfiguration(props);
  if (problem) throw invalid(scope, problem);
}

function checkConfiguration(props: ArtifactProviderProps): Problem {
  if (!props.vpc && (props.vpcSubnets || props.securityGroups)) {
    return `vpcSubnets and securityGroups configure a provider in a VPC, got ${props.vpcSubnets ? 'vpcSubnets' : 'securityGroups'} without one: set vpc, too`;
  }
  if (props.logGroup && props.logRetention !== undefined) {
    return "logRetention is for the provider's own log group, got a logGroup as well: set the retention on that one";
  }
  if (props.runtime && props.runtime.family !== lambda.RuntimeFamily.NODEJS) {
    return `the provider's runtime must be a Node.js one, got ${props.runtime.name}`;
  }
  return checkTimeout(props.timeout);
}

function checkTimeout(timeout?: Duration): Problem {
  if (!timeout || timeout.isUnresolved()) return undefined;
  const seconds = timeout.toSeconds();
  return seconds < 60 || seconds > 900
    ? `the provider's timeout must be 1 to 15 minutes, got ${timeout.toHumanString()}`
    : undefined;
}

/** Whether two configurations say the same. Constructs are the same only where they are one. */
function sameConfiguration(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  if (Construct.isConstruct(a) || Construct.isConstruct(b) || Token.isUnresolved(a) || Token.isUnresolved(b)) {
    return false;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every(key => sameConfiguration(Reflect.get(a, key), Reflect.get(b, key)));
}

/** The names of the properties in which two configurations differ. */
export function differences(a: ArtifactProviderProps, b: ArtifactProviderProps): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof ArtifactProviderProps>;
  return [...keys].filter(key => !sameConfiguration(a[key], b[key])).sort();
}
