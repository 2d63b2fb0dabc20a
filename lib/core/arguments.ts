import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { describe } from '../../contract/shape';
import { invalid } from './validation';

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

/** Throws if a property is something else. One that is not given is what it is by default. */
export function requireKinds<P extends object>(
  scope: IConstruct,
  props: P,
  expected: { readonly [K in keyof P]?: Expected },
): void {
  for (const [name, kind] of Object.entries(expected) as [keyof P & string, Expected | undefined][]) {
    const value = props[name];
    if (!kind || value === undefined || value === null || kind.is(value)) continue;
    throw invalid(scope, `${name} must be ${kind.what}, got ${describe(value)}: pass ${kind.such}`);
  }
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

/** A member of an enumeration, or a token. */
export const memberOf = (enumeration: string, known: Readonly<Record<string, string>>): Expected => ({
  what: `one of ${Object.values(known).join(', ')}`,
  such: `a member of ${enumeration}`,
  is: value => Object.values<unknown>(known).includes(value) || Token.isUnresolved(value),
});

/** A list of what has a member, or of anything. */
export const listOf = (what: string, such: string, member?: string): Expected => ({
  what,
  such,
  is: value => Array.isArray(value) && (member === undefined || value.every(each => isObject(each) && member in each)),
});

export const FLAG: Expected = { what: 'a boolean', such: 'true or false', is: value => typeof value === 'boolean' };
export const PAIRS = record('a map of strings', "one such as { key: 'value' }");

export const CONSTRUCT = withMember('node', 'a construct', 'the stack, or a construct in it');
export const GRANTEE = withMember('grantPrincipal', 'a grantee', 'an IGrantable such as a Role');
export const BUCKET = withMember('bucketArn', 'a bucket', 'an IBucket such as a Bucket');
export const OBJECT_KEY = text('the key of an object', "one such as 'brake-ecu-2.0.0.zip'");
export const OBJECT_VERSION = text('the version id of an object', 'the one that Amazon S3 shows for the object');
export const SECRET = withMember('secretArn', 'a secret', 'an ISecret such as a Secret');
export const SOFTWARE_PACKAGE = withMember('packageArn', 'a software package', 'an ISoftwarePackage');
export const SCHEMA = withMember(
  'schemaArn',
  'a SchemaReference',
  'one such as SchemaReference.fromSchemaName({ ... })',
);
export const ACCESS_TOKEN = withMember(
  '_bind',
  'a WeChatAccessToken',
  'one such as WeChatAccessToken.fromSecret(secret)',
);
export const PACKAGE_VERSION = withMember('packageVersionArn', 'a package version', 'an ISoftwarePackageVersion');
