/** The order of resources: visits each after those that it needs, and independent ones at the same time. */
// documented: user guide, "DependsOn attribute"
// captured: public report, for the message of a cycle
// unverified: that independent resources start in the order of the template
import { referencesOf } from './intrinsics';
import { type ResourceDefinition, validationError } from './template';

export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** The resources that each resource needs. Throws ValidationError for a cycle or a missing resource. */
export function dependenciesOf(resources: Readonly<Record<string, ResourceDefinition>>): Dependencies {
  const dependencies = new Map<string, readonly string[]>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    const explicit = [resource.DependsOn ?? []].flat();
    const all = new Set([...explicit, ...referencesOf(resource.Properties)]);
    dependencies.set(
      logicalId,
      [...all].filter(other => other in resources),
    );
  }
  const circle = findCircle(dependencies);
  // captured: public report, for the message
  if (circle) throw validationError(`Circular dependency between resources: [${circle.join(', ')}]`);
  return dependencies;
}

/** The resources that need each resource: the order of deletion. */
export function reversed(dependencies: Dependencies): Dependencies {
  const dependents = new Map<string, string[]>([...dependencies.keys()].map(id => [id, []]));
  for (const [id, needed] of dependencies) {
    for (const other of needed) dependents.get(other)?.push(id);
  }
  return dependents;
}

/**
 * Visits every node when all that it needs are done, independent ones at the same time. What needs a failed node is not
 * visited, and nothing more is visited when `mayStart` returns false. Returns the errors by node.
 */
export async function visitInOrder(
  dependencies: Dependencies,
  visit: (id: string) => Promise<void>,
  { mayStart = (): boolean => true } = {},
): Promise<Map<string, Error>> {
  const errors = new Map<string, Error>();
  const done = new Set<string>();
  const waiting = new Set(dependencies.keys());
  const running = new Map<string, Promise<void>>();
  for (;;) {
    for (const id of waiting) {
      if (!mayStart()) break;
      const isReady = dependencies.get(id)!.every(other => done.has(other) || !dependencies.has(other));
      if (!isReady) continue;
      waiting.delete(id);
      const finished = visit(id)
        .then(() => void done.add(id))
        .catch(error => void errors.set(id, error as Error))
        .finally(() => running.delete(id));
      running.set(id, finished);
    }
    if (running.size === 0) return errors;
    await Promise.race(running.values());
  }
}

function findCircle(dependencies: Dependencies): string[] | undefined {
  const left = new Map(dependencies);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const [id, needed] of left) {
      if (!needed.some(other => left.has(other))) left.delete(id);
    }
  }
  return left.size > 0 ? [...left.keys()] : undefined;
}
