/** The permissions that calls need. Calls on a schema also need a permission on its registry. */
// documented: authorization reference
// captured: public report, aws-glue-schema-registry issues 68 and 151 and akhq issue 1791, for versions by id
import type { Needed, ReferencedCall, World } from '../../core/service';
import type { GlueBehavior } from './behavior';
import { DEFAULT_REGISTRY, type RegistryId, type RegistryStore, type SchemaId, registryArn, schemaArn } from './state';

type Tags = Readonly<Record<string, string>>;

export class GlueNeeds {
  constructor(
    private readonly store: RegistryStore,
    private readonly behavior: GlueBehavior,
  ) {}

  /** By the kinds of resources that the authorization reference has for an action. */
  for({ action: { name, resourceTypes }, input, world }: ReferencedCall): readonly Needed[] {
    const kinds = resourceTypes.map(type => type.name);
    if (kinds.includes('schema')) {
      const { SchemaName, RegistryId, Tags } = input;
      const SchemaId = input.SchemaId ?? { SchemaName, RegistryName: registryNameOf(RegistryId) };
      return this.onVersion(name, world, { ...input, SchemaId }, Tags);
    }
    const { RegistryName, RegistryId = RegistryName === undefined ? undefined : { RegistryName } } = input;
    const isNamed = RegistryId !== undefined || resourceTypes.some(({ required }) => required);
    return isNamed ? this.onRegistry(name, world, RegistryId, input.Tags) : this.anywhere(name);
  }

  /** Operations that have no resource. */
  anywhere(action: string): readonly Needed[] {
    return [{ action: `glue:${action}`, resource: '*' }];
  }

  /** @param requested the tags of a create request */
  private onRegistry(action: string, world: World, id: RegistryId = {}, requested?: Tags): readonly Needed[] {
    const resource = id.RegistryArn ?? registryArn(world, id.RegistryName);
    const found = this.store.all.find(({ arn }) => arn === resource);
    return [{ action: `glue:${action}`, resource, context: tagContext(found?.tags, requested) }];
  }

  private onSchema(action: string, world: World, id: SchemaId = {}, requested?: Tags): readonly Needed[] {
    const { SchemaArn, SchemaName, RegistryName = DEFAULT_REGISTRY } = id;
    const resource = SchemaArn ?? schemaArn(world, RegistryName, SchemaName);
    const registryName = /:schema\/([^/]+)\//.exec(resource)?.[1];
    const context = tagContext(this.store.findSchema(id)?.tags, requested);
    return [
      ...this.onRegistry(action, world, { RegistryName: registryName }, requested),
      { action: `glue:${action}`, resource, context },
    ];
  }

  /** A call names a version by schema and number, or only by its id. */
  private onVersion(
    action: string,
    world: World,
    { SchemaId, SchemaVersionId }: { readonly SchemaId?: SchemaId; readonly SchemaVersionId?: string },
    requested?: Tags,
  ): readonly Needed[] {
    if (SchemaVersionId === undefined) return this.onSchema(action, world, SchemaId, requested);
    // unverified: GetSchemaVersion by id is known to need `*`, and the authorization reference treats the three
    // operations on metadata in the same way. The guide's policy for producers grants them on registry and schema, but
    // its client ignores the refusal.
    if (this.behavior.versionByIdNeeds === 'any-resource') return this.anywhere(action);
    const version = this.store.findVersionById(SchemaVersionId);
    return version ? this.onSchema(action, world, { SchemaArn: version.schema.arn }) : this.anywhere(action);
  }

  /** Tagging operations, on a registry or a schema. */
  onTagged(action: string, arn = '*', requested?: Tags, keys?: readonly string[]): readonly Needed[] {
    return [
      { action: `glue:${action}`, resource: arn, context: tagContext(this.store.findTags(arn), requested, keys) },
    ];
  }
}

const registryNameOf = (id: RegistryId = {}) => id.RegistryName ?? /:registry\/(.+)$/.exec(id.RegistryArn ?? '')?.[1];

/** The condition keys of a call: the tags of the resource, and those in the request. */
function tagContext(
  own: ReadonlyMap<string, string> = new Map(),
  requested?: Tags,
  keys: readonly string[] | undefined = requested && Object.keys(requested),
): NonNullable<Needed['context']> {
  const context: Record<string, string | readonly string[]> = {};
  for (const [key, value] of own) context[`aws:ResourceTag/${key}`] = value;
  for (const [key, value] of Object.entries(requested ?? {})) context[`aws:RequestTag/${key}`] = value;
  return keys ? { ...context, 'aws:TagKeys': keys } : context;
}
