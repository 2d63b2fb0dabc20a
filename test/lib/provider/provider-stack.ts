/** A stack with a provider, and what stands in its template. */
import { type Stack } from 'aws-cdk-lib';
import { SoftwarePackage } from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';

export const FUNCTION = 'AWS::Lambda::Function';
export const LOG_GROUP = 'AWS::Logs::LogGroup';
export const POLICY = 'AWS::IAM::Policy';
export const ROLE = 'AWS::IAM::Role';

export const types = (stack: Stack) => Object.values(resources(stack)).map(({ Type }) => Type);
export const own = (stack: Stack) =>
  types(stack)
    .filter(type => !type.startsWith('Custom::'))
    .sort();

export function withPackage(stack = newStack()): Stack {
  new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
  return stack;
}

export function statements(stack: Stack): { Action: string | string[]; Resource: unknown }[] {
  return only(stack, POLICY).Properties.PolicyDocument.Statement;
}

export const allowed = (stack: Stack) => statements(stack).flatMap(({ Action }) => Action);
