import { type Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import {
  JobExecutionCleanup,
  type JobExecutionCleanupProps,
  JobSelection,
  PackageVersionRetention,
  type PackageVersionRetentionProps,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { only } from '../app';

export const MACHINE = 'AWS::StepFunctions::StateMachine';
export const RULE = 'AWS::Events::Rule';
export const RETENTION = 'Custom::IoTPackageVersionRetention';
export const CLEANUP = 'Custom::IoTJobExecutionCleanup';

/** A retention of an imported package. */
export function retention(
  scope: Construct,
  props: Partial<PackageVersionRetentionProps> = {},
): PackageVersionRetention {
  const softwarePackage = props.softwarePackage ?? SoftwarePackage.fromPackageName(scope, 'Imported', 'brake-ecu');
  return new PackageVersionRetention(scope, 'Keep', { rules: { keepLatest: 5 }, ...props, softwarePackage });
}

export function cleanup(scope: Construct, props: Partial<JobExecutionCleanupProps> = {}): JobExecutionCleanup {
  return new JobExecutionCleanup(scope, 'Cleanup', { jobs: JobSelection.all(), ...props });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- plain JSON, of which tests know the shape.
type Json = any;

/** The definition of a stack's only state machine, with references as `${Name}`. */
export function definition(stack: Stack): Json {
  return parsed(only(stack, MACHINE).Properties.DefinitionString);
}

/** JSON of a template. */
export function parsed(value: string | { 'Fn::Join': [string, (string | Record<string, string>)[]] }): Json {
  if (typeof value === 'string') return JSON.parse(value);
  const [delimiter, parts] = value['Fn::Join'];
  return JSON.parse(parts.map(part => (typeof part === 'string' ? part : reference(part))).join(delimiter));
}

function reference(intrinsic: Record<string, string>): string {
  return `\${${Object.values(intrinsic).flat().join('.')}}`;
}

/** The configuration that a stack's only state machine hands to each slice. */
export const config = (stack: Stack) => definition(stack).States.Slice.Parameters.Payload.config;
