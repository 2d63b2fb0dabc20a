import { Annotations, type IResource, type RemovalPolicy, Resource } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import {
  DefinitionShape,
  SchemaRemovalShape,
  SchemaResourceType,
  type SchemaVersionProperties,
  SchemaVersionShape,
} from '../../contract/glue';
import { optional } from '../../contract/shape';
import { FLAG, PAIRS, SCHEMA, memberOf, requireKinds, withMember } from '../core/arguments';
import { Declared } from '../core/declared';
import { dependableOn, resourcesOf } from '../core/dependencies';
import { RemovalProperty, VersionRemoval } from '../core/removal';
import { requireProps, validate } from '../core/validation';
import { ArtifactResource } from '../provider/artifact-resource';
import { registrationPermissions } from './permissions';
import { GlueArtifactProvider } from './provider';
import { type SchemaDefinition, definitionSource, isSameDefinition, normalizedDefinition } from './schema-definition';
import { type SchemaReference, arnElsewhere, requireEnvironmentOfSchema } from './schema-reference';

/** A version of a schema, defined here or imported. */
export interface ISchemaVersion extends IResource {
  /** The schema. */
  readonly schema: SchemaReference;

  /**
   * The id of the version, which records name: a UUID.
   *
   * @attribute
   */
  readonly versionId: string;

  /**
   * The number of the version within its schema. `Token.asNumber` makes it a number.
   *
   * @attribute
   */
  readonly versionNumber: string;
}

/** What identifies an existing version. */
export interface SchemaVersionAttributes {
  /** The schema. */
  readonly schema: SchemaReference;

  /** The id of the version: a UUID. */
  readonly versionId: string;

  /** The number of the version within its schema. */
  readonly versionNumber: string;
}

/** Properties of a `SchemaVersion`. */
export interface SchemaVersionProps {
  /** The schema. It must be in the stack's account and region. */
  readonly schema: SchemaReference;

  /**
   * The definition, in the schema's data format. A different definition is a different version: it is registered before
   * the old version is released. Whitespace and the order of JSON keys make no difference.
   */
  readonly definition: SchemaDefinition;

  /**
   * Metadata of the version, up to 8 pairs. Keys can have 128 characters, values 256: letters, digits and
   * `+ , - . / : ; < = _ @`. A version that the stack does not own gets no metadata.
   *
   * @default - no metadata but the owner's
   */
  readonly metadata?: { [key: string]: string };

  /**
   * What happens to the version when its construct is removed or its definition changes: `RETAIN` or `DELETE`.
   * Consumers cannot read the records that were written with a version after it is deleted.
   *
   * @default VersionRemoval.RETAIN
   */
  readonly removal?: VersionRemoval;

  /**
   * Whether to take over an existing version with this definition that belongs to nobody or to another stack. If the
   * registry has failed that version, it is deleted, so that the definition is checked again.
   *
   * @default false - such a version is used and left alone; a failed one fails the deployment
   */
  readonly adoptExisting?: boolean;

  /**
   * Any text. If you change it, the definition is registered again in case somebody has deleted the version by hand.
   *
   * @default - applied when a property changes
   */
  readonly salt?: string;
}

/**
 * A version of a schema in the AWS Glue schema registry.
 *
 * The deployment waits until the version is available. An incompatible definition fails the deployment: the message has
 * the schema's compatibility mode and the difference to the latest version. No failed version is left behind.
 *
 * The versions of one schema in a stack are registered one after the other, in the order of their constructs.
 *
 * @example
 * import { SchemaDefinition, SchemaReference, SchemaVersion } from 'cdk-versioned-artifacts';
 *
 * const schema = SchemaReference.fromSchemaName({ registryName: 'shop', schemaName: 'orders' });
 * new SchemaVersion(this, 'Order', { schema, definition: SchemaDefinition.fromFile('schemas/order.avsc') });
 */
export class SchemaVersion extends Resource implements ISchemaVersion {
  /**
   * Imports a version of a schema.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param attrs what identifies the version
   */
  public static fromSchemaVersionAttributes(
    scope: Construct,
    id: string,
    attrs: SchemaVersionAttributes,
  ): ISchemaVersion {
    return new ImportedSchemaVersion(scope, id, attrs);
  }

  public readonly schema: SchemaReference;
  public readonly versionId: string;
  public readonly versionNumber: string;

  constructor(scope: Construct, id: string, props: SchemaVersionProps) {
    super(scope, id);
    requireProps(this, props, 'schema', 'definition');
    requireKinds(this, props, {
      schema: SCHEMA,
      definition: withMember('render', 'a SchemaDefinition', 'one such as SchemaDefinition.fromFile(path)'),
      metadata: PAIRS,
      removal: memberOf('VersionRemoval', VersionRemoval),
      adoptExisting: FLAG,
    });
    this.schema = props.schema;
    const definition = props.definition.render(this);
    // the properties do not show what is in an uploaded definition, nor a removal that can still change.
    validate(this, DefinitionShape, definition);
    validate(this, optional(SchemaRemovalShape), props.removal);
    requireEnvironmentOfSchema(props.schema, this, 'a schema version');

    const first = props.schema._cfnSchema?.schemaDefinition;
    if (first !== undefined && isSameDefinition(first, definition)) {
      Annotations.of(this).addWarningV2(
        'cdk-versioned-artifacts:definitionOfSchema',
        'the definition is that of the schema itself, which is its version 1: this construct then makes no version, and ' +
          'the next change of the definition replaces the schema with all of its versions. Keep the first definition of ' +
          'the schema as it is, in a file of its own',
      );
    }
    declaredSchemaVersions.refuseSecond(this, `a version of schema ${props.schema.schemaName} with this definition`, [
      props.schema.schemaArn,
      normalizedDefinition(definition),
    ]);
    declaredSchemaVersions.add(this, props.schema.schemaArn);

    const provider = GlueArtifactProvider.of(this);
    provider._allowFor(`versions of ${props.schema.schemaArn}`, () =>
      registrationPermissions(this.stack, props.schema),
    );
    const removal = new RemovalProperty(this, VersionRemoval.RETAIN, props.removal);
    const properties: SchemaVersionProperties = {
      RegistryName: props.schema.registryName,
      SchemaName: props.schema.schemaName,
      SchemaArn: arnElsewhere(props.schema, this),
      ...definitionSource(this, provider, definition),
      Metadata: props.metadata,
      AdoptExisting: props.adoptExisting || undefined,
      Salt: props.salt,
    };
    const resource = new ArtifactResource(this, {
      provider,
      type: SchemaResourceType.VERSION,
      shape: SchemaVersionShape,
      properties,
      removal,
    });
    // version numbers and compatibility follow the order of the constructs.
    resource.node.addDependency(
      dependableOn(() => resourcesOf(declaredSchemaVersions.before(this, this.schema.schemaArn))),
    );
    this.versionId = resource.getAtt('VersionId').toString();
    this.versionNumber = resource.getAtt('VersionNumber').toString();
  }

  public override applyRemovalPolicy(policy: RemovalPolicy): void {
    (this.node.defaultChild as ArtifactResource).setRemovalPolicy(policy);
  }
}

class ImportedSchemaVersion extends Resource implements ISchemaVersion {
  public readonly schema: SchemaReference;
  public readonly versionId: string;
  public readonly versionNumber: string;

  constructor(scope: Construct, id: string, attrs: SchemaVersionAttributes) {
    super(scope, id);
    requireProps(this, attrs, 'schema', 'versionId', 'versionNumber');
    requireKinds(this, attrs, { schema: SCHEMA });
    this.schema = attrs.schema;
    this.versionId = attrs.versionId;
    this.versionNumber = attrs.versionNumber;
  }
}

/** The versions that stacks declare, by the ARNs of their schemas. */
export const declaredSchemaVersions = new Declared<SchemaVersion>();
