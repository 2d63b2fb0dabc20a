/** Operations on drift. A detection is complete when it has been requested. */
// documented: API reference of each operation
// unverified: that a detection can be complete at once
import { type Operation } from '../../../core/service';
import { type ResourceDrift, detectDrift } from '../drift';
import { type Engine } from '../engine';
import { type Stack } from '../stack';
import { validationError } from '../template';
import { listOf, onAll, onStack, page } from './input';

export function driftOperations(engine: Engine): Record<string, Operation> {
  const stackOf = (id: string): Stack => {
    const found = [...engine.stacks].find(({ drift }) => drift?.id === id);
    if (found) return found;
    throw validationError(`Drift detection ${id} does not exist`);
  };
  return {
    DetectStackDrift: onStack(engine, 'DetectStackDrift', async ({ StackName }) => {
      const stack = engine.stacks.get(StackName);
      stack.drift = await detectDrift(stack, engine.surroundings);
      return { StackDriftDetectionId: stack.drift.id };
    }),

    DescribeStackDriftDetectionStatus: onAll('DescribeStackDriftDetectionStatus', ({ StackDriftDetectionId }) => {
      const { id: StackId, drift } = stackOf(StackDriftDetectionId);
      const { at, status, resources } = drift!;
      return {
        StackId,
        StackDriftDetectionId,
        StackDriftStatus: status,
        DetectionStatus: 'DETECTION_COMPLETE',
        DriftedStackResourceCount: resources.filter(resource => resource.status !== 'IN_SYNC').length,
        Timestamp: new Date(at),
      };
    }),

    DescribeStackResourceDrifts: onStack(engine, 'DescribeStackResourceDrifts', input => {
      const stack = engine.stacks.get(input.StackName);
      const statuses = listOf<string>(input.StackResourceDriftStatusFilters) ?? [];
      const wanted = (stack.drift?.resources ?? []).filter(
        ({ status }) => statuses.length === 0 || statuses.includes(status),
      );
      const { items, ...next } = page(wanted, input.NextToken);
      return { StackResourceDrifts: items.map(drift => viewOfDrift(stack, drift)), ...next };
    }),
  };
}

const viewOfDrift = (stack: Stack, { resource, status, expected, actual, differences }: ResourceDrift): object => ({
  StackId: stack.id,
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId,
  ResourceType: resource.type,
  ExpectedProperties: JSON.stringify(expected),
  ActualProperties: actual && JSON.stringify(actual),
  PropertyDifferences: differences.map(difference => ({
    PropertyPath: `/${difference.name}`,
    ExpectedValue: text(difference.expected),
    ActualValue: text(difference.actual),
    DifferenceType: difference.actual === undefined ? 'REMOVE' : 'NOT_EQUAL',
  })),
  StackResourceDriftStatus: status,
  Timestamp: new Date(stack.drift!.at),
});

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
