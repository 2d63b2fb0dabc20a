/** Whether a definition can follow the existing versions. */
// documented: developer guide, "Compatibility mode"
// captured: LocalStack, tests validated on AWS, which agree with the modes here
import { readsAvro } from './avro/compatibility';
import { avroOf } from './avro/schema';
import type { CompatibilityCheck } from './behavior';
import { readsProtobuf } from './protobuf/compatibility';
import { protobufRoot } from './protobuf/definition';
import type { Compatibility } from './state';

type Existing = CompatibilityCheck['existing'];

/** A new definition, and the available versions from the checkpoint on, by ascending number. */
export interface NewDefinition {
  readonly dataFormat: CompatibilityCheck['dataFormat'];
  readonly compatibility: Compatibility;
  readonly definition: string;
  readonly available: readonly Existing[];
}

/** @param judge decides if the format is JSON, whose compatibility the service does not check */
export function isCompatible(candidate: NewDefinition, judge: (check: CompatibilityCheck) => boolean): boolean {
  const { dataFormat, compatibility, definition, available } = candidate;
  // unverified, but in line with the tests of LocalStack: the plain modes check the newest available version, the `_ALL` modes check all.
  const compared = compatibility.endsWith('_ALL') ? available : available.slice(-1);
  const direction = compatibility.replace('_ALL', '');
  if (direction === 'NONE') return true;
  if (direction === 'DISABLED') return false;
  return compared.every(existing => {
    if (dataFormat === 'JSON') return judge({ dataFormat, compatibility, definition, existing });
    const isBackward = () => canRead[dataFormat](definition, existing.definition);
    const isForward = () => canRead[dataFormat](existing.definition, definition);
    return (direction === 'FORWARD' || isBackward()) && (direction === 'BACKWARD' || isForward());
  });
}

/** Whether a reader of the first definition understands what was written with the second. */
const canRead = {
  AVRO: (reader: string, writer: string): boolean => readsAvro(avroOf(reader), avroOf(writer)),
  PROTOBUF: (reader: string, writer: string): boolean => readsProtobuf(protobufRoot(reader), protobufRoot(writer)),
};
