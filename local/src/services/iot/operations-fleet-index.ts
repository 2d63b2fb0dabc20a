/** Fleet indexing: the search over things and their named shadows. */
// documented: API reference, SearchIndex
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import type { JobBehavior } from './behavior';
import { INDEXING } from './constraints';
import { indexNotReady, invalidQuery, invalidRequest, notFound } from './errors';
import type { Fleet, Thing } from './fleet';
import type { Indexing } from './operations-indexing';
import { type Lookup, type Query, parseQuery } from './query';

const THINGS = 'AWS_Things';
const PACKAGE_SHADOW = '$package';

// documented: developer guide, "Managing thing indexing"
export function fleetIndexOperations(context: {
  readonly fleet: Fleet;
  readonly indexing: Indexing;
  readonly behavior: JobBehavior;
}): Operations {
  const { fleet, indexing, behavior } = context;
  return {
    SearchIndex: checked(invalidRequest, {
      members: INDEXING.SearchIndex,
      needs: ({ indexName = THINGS }, world) => [
        { action: 'iot:SearchIndex', resource: world.arn('iot', `index/${indexName}`) },
      ],
      run({ indexName = THINGS, queryString, maxResults, nextToken }, { world }) {
        // captured: floci, for an index that is off
        if (indexName !== THINGS || !indexing.enabled) throw notFound(`Index ${indexName} does not exist`);
        if (world.clock.now() < indexing.changedAt + behavior.indexBuildTime) {
          throw indexNotReady(`Index ${indexName} is not ready: it is being built`);
        }
        const query = parseQuery(queryString);
        checkFields(query, queryString, indexing);
        const page = fleet.things.page(
          { maxResults, nextToken },
          {
            scope: `search ${queryString}`,
            pageSize: 100,
            matches: thing => !thing.deleted && query.matches(lookup(thing, indexing)),
            badToken: invalidRequest,
          },
        );
        return { things: page.items.map(thing => document(thing, indexing)), nextToken: page.nextToken };
      },
    }),
  };
}

/** captured: floci: fields that are not indexed are refused, in these words. */
function checkFields(query: Query, queryString: string, indexing: Indexing): void {
  for (const path of query.fields) {
    const problem = fieldProblem(path, indexing);
    if (problem === 'invalid name') {
      const field = path.join('.');
      throw invalidQuery(
        `Unable to parse query, invalid field name, field name: ${field}, query string: ${queryString}`,
      );
    }
    if (problem) {
      throw invalidRequest(
        `Query includes one or more constraints for ${problem} attribute, but ${problem} indexing is not enabled ` +
          `for ${THINGS} index`,
      );
    }
  }
}

const REGISTRY_FIELDS = ['thingName', 'thingId', 'thingTypeName', 'thingGroupNames'];

/** Why a query cannot use a field: its name, or a source that is not indexed. */
function fieldProblem(path: readonly string[], indexing: Indexing): string | undefined {
  const [root, second, name] = path;
  if (root === 'shadow' && second === 'name') {
    if (!indexing.coversNamedShadows) return 'Shadow';
    return indexing.covers(name) ? undefined : 'invalid name';
  }
  if (root === 'shadow') return indexing.coversClassicShadow ? undefined : 'Shadow';
  // the local AWS has neither connections nor violations to index.
  if (root === 'connectivity') return 'Connectivity';
  if (root === 'deviceDefender') return 'Devicedefender';
  if (root === 'attributes' && path.length > 1) return undefined;
  return path.length === 1 && REGISTRY_FIELDS.includes(root) ? undefined : 'invalid name';
}

/** All values of a field of a thing. */
function lookup(thing: Thing, indexing: Indexing): Lookup {
  return path => {
    const [root, ...rest] = path;
    if (path.length === 1 && root === 'thingName') return [thing.name];
    if (path.length === 1 && root === 'thingGroupNames') return [...thing.groups];
    return root === 'shadow' ? leaf(shadows(thing, indexing), rest) : [];
  };
}

function leaf(value: unknown, path: readonly string[]): string[] {
  if (path.length === 0) return typeof value === 'string' ? [value] : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, path[0])) return [];
  return leaf((value as Record<string, unknown>)[path[0]], path.slice(1));
}

function shadows(thing: Thing, indexing: Indexing): object {
  if (!indexing.covers(PACKAGE_SHADOW) || thing.packages.size === 0) return {};
  return { name: { [PACKAGE_SHADOW]: { reported: Object.fromEntries(thing.packages) } } };
}

function document(thing: Thing, indexing: Indexing) {
  return {
    thingName: thing.name,
    // unverified: the form of a thing's id.
    thingId: thing.name,
    thingGroupNames: [...thing.groups],
    shadow: JSON.stringify(shadows(thing, indexing)),
  };
}
