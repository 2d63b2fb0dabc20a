import { Token } from 'aws-cdk-lib';
import { describe } from '../../contract/shape';

/** What an argument must be. jsii checks that in other languages, the compiler in TypeScript, and nothing in JavaScript. */
export interface Expected {
  readonly what: string;
  /** What to pass. */
  readonly such: string;
  is(value: unknown): boolean;
}

/** Throws if an argument is something else. */
export function requireArgument(call: string, value: unknown, { what, such, is }: Expected): void {
  if (!is(value)) throw new Error(`${call} needs ${what}, got ${describe(value)}: pass ${such}`);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text that is not empty, or a token. */
export const text = (what: string, such: string): Expected => ({
  what,
  such,
  is: value => (typeof value === 'string' && value !== '') || Token.isUnresolved(value),
});

/** Text whose length another rule checks, or a token. */
export const content = (what: string, such: string): Expected => ({
  what,
  such,
  is: value => typeof value === 'string' || Token.isUnresolved(value),
});

/** What can be written as a JSON object. */
export const record = (what: string, such: string): Expected => ({
  what,
  such,
  is: value => isObject(value) || Token.isUnresolved(value),
});

/** An object that a member shows for what it is. */
export const withMember = (member: string, what: string, such: string): Expected => ({
  what,
  such,
  is: value => isObject(value) && member in value,
});

export const CONSTRUCT = withMember('node', 'a construct', 'the stack, or a construct in it');
export const GRANTEE = withMember('grantPrincipal', 'a grantee', 'an IGrantable such as a Role');
export const BUCKET = withMember('bucketArn', 'a bucket', 'an IBucket such as a Bucket');
export const OBJECT_KEY = text('the key of an object', "one such as 'brake-ecu-2.0.0.zip'");
export const OBJECT_VERSION = text('the version id of an object', 'the one that Amazon S3 shows for the object');
export const SECRET = withMember('secretArn', 'a secret', 'an ISecret such as a Secret');
export const SOFTWARE_PACKAGE = withMember('packageArn', 'a software package', 'an ISoftwarePackage');
export const PACKAGE_VERSION = withMember('packageVersionArn', 'a package version', 'an ISoftwarePackageVersion');
