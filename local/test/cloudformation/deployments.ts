import { type StackOutcome } from '../../src/services/cloudformation/service';
import { type CustomHandler, type Harness, parameter } from './harness';

/** `LogicalId STATUS` of every event; of the stack itself only the status. */
export const told = ({ events }: StackOutcome): string[] =>
  events.map(({ logicalId, status }) => (logicalId === 'Test' ? status : `${logicalId} ${status}`));

export const stackStatuses = ({ events }: StackOutcome): string[] =>
  events.filter(({ logicalId }) => logicalId === 'Test').map(({ status }) => status);

/** Answers with a physical id of logical id and the property `Name`: a change of it replaces. */
export const named: CustomHandler = ({ LogicalResourceId: id, ResourceProperties: { Name = 1 } }) => ({
  PhysicalResourceId: `${id}-${String(Name)}`,
  Data: { Arn: `arn-${id}-${String(Name)}` },
});

/** Deploys the first template, forgets what was sent, and deploys the second. */
export async function update(
  harness: Harness,
  before: object,
  after: object,
  more: { disableRollback?: boolean } = {},
) {
  await harness.deploy(before);
  harness.events.length = 0;
  return harness.deploy(after, more);
}

/** A resource that cannot be made, after the others. */
export const broken = (...dependsOn: string[]) => parameter('not a name!', 'v', { DependsOn: dependsOn });
