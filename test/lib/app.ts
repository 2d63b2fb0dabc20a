import { App, type AppProps, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';

/** A stack of an app of its own, with the id `Stack`. */
export function newStack(props?: StackProps & { readonly app?: AppProps }): Stack {
  // no test looks at the tree, which a tenth of a synthesis goes into.
  return new Stack(new App({ treeMetadata: false, ...props?.app }), 'Stack', props);
}

export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- plain JSON, of which tests know the shape.
  readonly Properties: Record<string, any>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

/** The resources of a stack by their logical ids. */
export function resources(stack: Stack, type?: string): Record<string, Resource> {
  const all: Record<string, Resource> = Template.fromStack(stack).toJSON().Resources ?? {};
  return Object.fromEntries(Object.entries(all).filter(([, resource]) => !type || resource.Type === type));
}

/** The only resource of a type. */
export function only(stack: Stack, type: string): Resource {
  const found = Object.values(resources(stack, type));
  if (found.length !== 1) throw new Error(`expected one ${type}, got ${found.length}`);
  return found[0];
}

/** The properties of an artifact that tell it from any other. */
export function artifactProperties(resource: Resource): Record<string, unknown> {
  const { ServiceToken: _token, ServiceTimeout: _timeout, ...properties } = resource.Properties;
  return properties;
}

/** The only artifact of a type. */
export const artifact = (stack: Stack, type: string) => artifactProperties(only(stack, type));

/** Warnings of a stack, without what CDK adds for their acknowledgement. */
export function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ''));
}

export const PACKAGE = 'Custom::IoTSoftwarePackage';
export const VERSION = 'Custom::IoTSoftwarePackageVersion';
export const DEFAULT = 'Custom::IoTDefaultPackageVersion';
