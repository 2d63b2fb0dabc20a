/** Versions in a state that a test wants, without the calls that lead to it. */
import { randomUUID } from 'node:crypto';
import { canonical } from './formats';
import type { RegistryStore, SchemaRecord } from './state';

export interface SeededVersion {
  /** @default 'AVAILABLE' */
  readonly status?: 'AVAILABLE' | 'PENDING' | 'FAILURE' | 'DELETING';
  /** @default - a new id */
  readonly definition?: string;
  /** The time of the registration. @default - now */
  readonly createdAt?: Date;
  /** @default - none */
  readonly metadata?: Readonly<Record<string, string>>;
}

export function seedVersions(
  store: RegistryStore,
  schema: SchemaRecord,
  versions: readonly SeededVersion[],
  now: number,
): void {
  for (const { status = 'AVAILABLE', createdAt, metadata = {}, definition } of versions) {
    const number = store.nextNumberOf(schema);
    const text = definition ?? definitionOf(schema, number);
    const at = createdAt?.getTime() ?? now;
    schema.versions.set(number, {
      schema,
      id: randomUUID(),
      number,
      definition: text,
      canonical: canonical(schema.dataFormat, text),
      createdAt: at,
      verdict: status === 'FAILURE' ? 'FAILURE' : 'AVAILABLE',
      // a version in transition stays in transition.
      decidedAt: status === 'PENDING' ? Infinity : at,
      goneAt: status === 'DELETING' ? Infinity : undefined,
      metadata: Object.entries(metadata).map(([key, value]) => ({ key, value, createdAt: at })),
    });
    schema.lastNumber = number;
  }
}

function definitionOf({ dataFormat }: SchemaRecord, number: number): string {
  if (dataFormat === 'PROTOBUF') return `syntax = "proto3"; message Version${number} {}`;
  const field = { name: `since${number}`, type: ['null', 'int'], default: null };
  return JSON.stringify(
    dataFormat === 'AVRO'
      ? { type: 'record', name: 'Item', fields: [field] }
      : { type: 'object', properties: { [field.name]: { type: 'integer' } } },
  );
}
