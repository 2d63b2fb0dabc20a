/**
 * Drift: whether resources still are as their stack has deployed them. As in CloudFormation, properties that the
 * template leaves out are not compared, and custom resources are not checked. Of the other types, only the ones that
 * the local AWS can read are checked.
 */
// documented: user guide, "Detect unmanaged configuration changes to stacks and resources with drift detection"
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DeploymentSurroundings } from './scope';
import { type ResourceState, type Stack } from './stack';
import { type Properties } from './template';

/** The result of a drift detection. */
export interface StackDrift {
  readonly id: string;
  readonly at: number;
  readonly status: 'IN_SYNC' | 'DRIFTED';
  readonly resources: readonly ResourceDrift[];
}

export interface ResourceDrift {
  readonly resource: ResourceState;
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED';
  readonly expected: Properties;
  readonly actual?: Properties;
  readonly differences: readonly PropertyDifference[];
}

export interface PropertyDifference {
  readonly name: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export async function detectDrift(stack: Stack, surroundings: DeploymentSurroundings): Promise<StackDrift> {
  const found = await Promise.all([...stack.resources.values()].map(each => driftOf(stack, each, surroundings)));
  const resources = found.filter(drift => drift !== undefined);
  return {
    id: randomUUID(),
    at: surroundings.world.clock.now(),
    status: resources.every(({ status }) => status === 'IN_SYNC') ? 'IN_SYNC' : 'DRIFTED',
    resources,
  };
}

async function driftOf(
  stack: Stack,
  resource: ResourceState,
  { world, types }: DeploymentSurroundings,
): Promise<ResourceDrift | undefined> {
  const { type, logicalId, physicalId, properties, attributes } = resource;
  const { read } = types.get(type);
  if (!read || physicalId === undefined) return undefined;
  const { call } = world;
  const signal = new AbortController().signal;
  const all = await read({ world, stack, type, logicalId, physicalId, properties, attributes, call, signal });
  if (!all) return { resource, status: 'DELETED', expected: properties, differences: [] };
  const compared = Object.keys(all).filter(name => properties[name] !== undefined);
  const pick = (from: Properties) => Object.fromEntries(compared.map(name => [name, from[name]]));
  const [expected, actual] = [pick(properties), pick(all)];
  const differences = compared
    .filter(name => !isDeepStrictEqual(comparable(expected[name]), comparable(actual[name])))
    .map(name => ({ name, expected: expected[name], actual: actual[name] }));
  return { resource, status: differences.length > 0 ? 'MODIFIED' : 'IN_SYNC', expected, actual, differences };
}

/** Numbers and booleans as text, because services return them in different forms. */
function comparable(value: unknown): unknown {
  const isText = (member: unknown) => typeof member === 'number' || typeof member === 'boolean';
  return JSON.parse(JSON.stringify({ value }, (_key, member: unknown) => (isText(member) ? String(member) : member)));
}
