import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { differ } from '../core/environment';
import { invalid } from '../core/validation';
import { type SchemaReference } from './schema-reference';

/** Throws where a schema is known to be of another account or region than a construct. */
export function requireEnvironmentOfSchema(schema: SchemaReference, scope: IConstruct, what: string): void {
  const stack = Stack.of(scope);
  const { region = '', account = '' } = stack.splitArn(schema.schemaArn, ArnFormat.SLASH_RESOURCE_NAME);
  if (!differ(stack.region, region) && !differ(stack.account, account)) return;
  throw invalid(
    scope,
    `${what} must be in the account and region of its schema, ${account} and ${region}, ` +
      `got ${stack.account} and ${stack.region}: define it in a stack there`,
  );
}

/** Whether two references are known to mean one schema. */
export function sameSchema(stack: Stack, a: SchemaReference, b: SchemaReference): boolean {
  const name = ({ schemaArn }: SchemaReference) => JSON.stringify(stack.resolve(schemaArn));
  return name(a) === name(b);
}
