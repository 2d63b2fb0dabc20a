/**
 * What the resources of a stack have declared of the metadata of a version since the last deployment that succeeded, by
 * CloudFormation's history: a record has no room for what each of them has put.
 */
import { SchemaVersionShape } from '../../contract/glue';
import { type Scope } from '../runtime/custom-resource';
import { type RawProperties } from '../runtime/event';
import { type Declaration, SECOND } from '../runtime/stack-history';
import { type HeldPair, type Pair } from './metadata';
import { findPhysicalId } from './names';
import { type Marks, isMarkedByOthers } from './version-ownership';

type Template = Readonly<Record<string, string>>;

interface Declared extends Omit<Declaration, 'physicalId' | 'properties'> {
  readonly owner: string;
  readonly metadata: Template;
}

export class DeclaredMetadata {
  /** Asks CloudFormation only about a version that has metadata beside the owner's record. */
  static async of(versionId: string, marks: Marks, scope: Scope): Promise<DeclaredMetadata> {
    return DeclaredMetadata.from(versionId, isMarkedByOthers(marks) ? await scope.declarationsSinceSuccess() : []);
  }

  static from(versionId: string, all: readonly Declaration[]): DeclaredMetadata {
    return new DeclaredMetadata(
      all.flatMap(({ physicalId, properties, ...times }) => {
        const id = findPhysicalId(physicalId);
        if (id?.versionId !== versionId) return [];
        const metadata = metadataIn(properties);
        return metadata ? [{ owner: id.owner, metadata, ...times }] : [];
      }),
    );
  }

  private constructor(private readonly declared: readonly Declared[]) {}

  /** What a resource declares now; `undefined` if it has not been touched since, or CloudFormation does not tell. */
  by(owner: string | undefined): Template | undefined {
    return this.declared.filter(each => each.owner === owner).at(-1)?.metadata;
  }

  /**
   * The pairs that deployments have put that are still to be rolled back, or followed by one that succeeds.
   *
   * @param owner of one resource. Absent: of all
   */
  put({ pairs }: Pick<Marks, 'pairs'>, owner?: string): Pair[] {
    const isPutBy = ({ key, value, putAt }: HeldPair, { metadata, from, until }: Declared) =>
      // the registry may know the time only in seconds.
      metadata[key] === value && putAt >= Math.floor(from / SECOND) * SECOND && putAt < until + SECOND;
    const failed = this.declared.filter(each => !each.isRestoring && (owner === undefined || each.owner === owner));
    return pairs.filter(pair => failed.some(each => isPutBy(pair, each))).map(({ key, value }) => [key, value]);
  }
}

/** `undefined` if the properties were refused. */
function metadataIn(properties: RawProperties): Template | undefined {
  try {
    return SchemaVersionShape.decode(properties, '').Metadata ?? {};
  } catch {
    return undefined;
  }
}
