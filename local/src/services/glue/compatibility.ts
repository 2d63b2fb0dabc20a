/** Whether a definition may follow the versions that are there. */
import { avroType } from './avro';
import type { CompatibilityCheck } from './behaviour';
import type { Compatibility } from './state';

type Existing = CompatibilityCheck['existing'];

/** A new definition, and the available versions from the checkpoint on, by ascending number. */
export interface Candidate {
  readonly dataFormat: CompatibilityCheck['dataFormat'];
  readonly compatibility: Compatibility;
  readonly definition: string;
  readonly available: readonly Existing[];
}

/** @param judge decides where the format is not AVRO */
export function isCompatible(candidate: Candidate, judge: (check: CompatibilityCheck) => boolean): boolean {
  const { dataFormat, compatibility, definition, available } = candidate;
  // inferred, not documented: the plain modes look at the newest available version, the `_ALL` ones at all of them.
  const compared = compatibility.endsWith('_ALL') ? available : available.slice(-1);
  const direction = compatibility.replace('_ALL', '');
  if (direction === 'NONE') return true;
  if (direction === 'DISABLED') return false;
  return compared.every(existing => {
    if (dataFormat !== 'AVRO') return judge({ dataFormat, compatibility, definition, existing });
    const isBackward = () => canRead(definition, existing.definition);
    const isForward = () => canRead(existing.definition, definition);
    return (direction === 'FORWARD' || isBackward()) && (direction === 'BACKWARD' || isForward());
  });
}

/** Whether a reader of one AVRO definition resolves what was written with another. */
function canRead(reader: string, writer: string): boolean {
  try {
    // by the rules of AVRO's own implementation it is the unqualified names that have to match.
    avroType(reader).createResolver(avroType(writer), { ignoreNamespaces: true });
    return true;
  } catch {
    return false;
  }
}
