import { ArnFormat, Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { DEFAULT_REGISTRY, RegistryNameShape, SchemaNameShape } from '../../contract/glue';
import { quote } from '../../contract/shape';
import { GRANTEE, requireArgument, text, withMember } from '../core/arguments';
import { differ, isElsewhereMaybe } from '../core/environment';
import { arnOrPlaceholder, invalid, orNone, problemsAtSynth } from '../core/validation';

/** What identifies a schema: its name and that of its registry. */
export interface SchemaAttributes {
  /**
   * The name of the registry.
   *
   * @default 'default-registry'
   */
  readonly registryName?: string;

  /** The name of the schema. */
  readonly schemaName: string;
}

/**
 * A schema in the AWS Glue schema registry of this account and region, no matter who created it.
 *
 * @example
 * import { Role } from 'aws-cdk-lib/aws-iam';
 * import { SchemaReference } from 'cdk-versioned-artifacts';
 *
 * declare const producer: Role;
 * SchemaReference.fromSchemaName({ registryName: 'shop', schemaName: 'orders' }).grantRegister(producer);
 */
export class SchemaReference {
  /**
   * A schema of this app.
   *
   * @param cfnSchema CloudFormation's own resource, whose `schemaDefinition` is that of the first version
   */
  public static fromCfnSchema(cfnSchema: glue.CfnSchema): SchemaReference {
    requireArgument('SchemaReference.fromCfnSchema', cfnSchema, CFN_SCHEMA);
    return new SchemaReference(cfnSchema.attrArn, undefined, undefined, cfnSchema);
  }

  /**
   * A schema by its name and registry.
   *
   * @param attrs the names of the schema and its registry
   */
  public static fromSchemaName(attrs: SchemaAttributes): SchemaReference {
    const { registryName = DEFAULT_REGISTRY, schemaName } = orNone(attrs);
    const [problem] = [
      ...problemsAtSynth(RegistryNameShape, registryName),
      ...problemsAtSynth(SchemaNameShape, schemaName),
    ];
    if (problem) throw new Error(problem);
    return new SchemaReference(
      `arn:${Aws.PARTITION}:glue:${Aws.REGION}:${Aws.ACCOUNT_ID}:schema/${registryName}/${schemaName}`,
      registryName,
      schemaName,
    );
  }

  /**
   * A schema by its ARN.
   *
   * @param schemaArn the schema's ARN, of the account and region of the stack that uses it
   */
  public static fromSchemaArn(schemaArn: string): SchemaReference {
    requireArgument('SchemaReference.fromSchemaArn', schemaArn, SCHEMA_ARN);
    const anySchema = `arn:${Aws.PARTITION}:glue:${Aws.REGION}:${Aws.ACCOUNT_ID}:schema/registry/name`;
    const arn = arnOrPlaceholder(schemaArn, anySchema);
    if (!Token.isUnresolved(arn) && !/^arn:[^:]+:glue:[^:]+:[^:]+:schema\/[^/]+\/[^/]+$/.test(arn)) {
      throw new Error(
        `the ARN of a schema must have the form arn:aws:glue:REGION:ACCOUNT:schema/REGISTRY/NAME, got ${quote(schemaArn)}`,
      );
    }
    return new SchemaReference(arn);
  }

  private constructor(
    /** The ARN of the schema. */
    public readonly schemaArn: string,
    /** The name of its registry. */
    public readonly registryName: string = Fn.select(1, Fn.split('/', schemaArn)),
    /** The name of the schema. */
    public readonly schemaName: string = Fn.select(2, Fn.split('/', schemaArn)),
    /**
     * The schema's own resource, if the schema is defined in this app.
     *
     * @internal
     */
    public readonly _cfnSchema?: glue.CfnSchema,
  ) {}

  /** The ARN of the schema's registry. AWS Glue checks permissions on the registry as well as on the schema. */
  public get registryArn(): string {
    return `${Fn.select(0, Fn.split(':schema/', this.schemaArn))}:registry/${this.registryName}`;
  }

  /**
   * Grants actions on the schema and its registry.
   *
   * @param grantee who gets the permissions
   * @param actions actions such as `glue:GetSchema`
   */
  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    requireArgument('a grant', grantee, GRANTEE);
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.registryArn, this.schemaArn] });
  }

  /**
   * Lets a consumer read the schema and its versions. A record names its version by an id alone, so the grant covers
   * the versions of every schema.
   *
   * @param grantee who gets the permissions
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'glue:GetSchema', 'glue:GetSchemaByDefinition', 'glue:ListSchemaVersions').combine(
      grantById(grantee, 'glue:GetSchemaVersion'),
    );
  }

  /**
   * Lets a producer look definitions up, register new ones and write metadata to versions. AWS's own client names these
   * versions by their ids alone, so that part of the grant covers the versions of every schema.
   *
   * @param grantee who gets the permissions
   */
  public grantRegister(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'glue:GetSchemaByDefinition', 'glue:RegisterSchemaVersion').combine(
      grantById(grantee, 'glue:GetSchemaVersion', 'glue:PutSchemaVersionMetadata'),
    );
  }
}

const CFN_SCHEMA = withMember('attrArn', "CloudFormation's own resource", 'a CfnSchema');
const SCHEMA_ARN = text('the ARN of a schema', 'arn:aws:glue:REGION:ACCOUNT:schema/REGISTRY/NAME');

function grantById(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: ['*'] });
}

/** The ARN of a schema, if only the deployment can tell whether it is in the account and region of a construct. */
export function arnElsewhere({ schemaArn, _cfnSchema }: SchemaReference, scope: IConstruct): string | undefined {
  if (_cfnSchema) return undefined;
  const environment = Stack.of(scope).splitArn(schemaArn, ArnFormat.SLASH_RESOURCE_NAME);
  return isElsewhereMaybe(environment, scope) ? schemaArn : undefined;
}

/** Throws if a schema is known to be in another account or region than a construct. */
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
