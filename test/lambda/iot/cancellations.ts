/** A package's versions, and events that overlap: what imports this has a local AWS of its own in each test. */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { type Moment } from '../../../testing/stack';
import { PACKAGE, aws, held, stack } from './brake-ecu';
import { type Reply } from './stack';

export { PACKAGE, aws, held, stack };

export const version = (VersionName = '1.0.0', more: object = {}) => ({ PackageName: PACKAGE, VersionName, ...more });
export const published = (name = '1.0.0', more: object = {}) =>
  version(name, { Status: 'PUBLISHED', Removal: 'DELETE', ...more });
export const pointer = (VersionName: string, more: object = {}) => ({ PackageName: PACKAGE, VersionName, ...more });
export const shown = () => aws.iot.describe(PACKAGE)?.defaultVersionName;
export const succeeded = (reply: Reply): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply.PhysicalResourceId;
};
export const refusal = () => new ServiceError('ValidationException', 'not now', 400);

/** Something happens at a call to AWS IoT, before or after it takes effect. */
export function meanwhile(operation: string, when: Moment, happens: () => Promise<unknown>): void {
  let due = true;
  stack.interrupt = async (name, moment) => {
    if (!due || name !== operation || moment !== when) return;
    due = false;
    await happens();
  };
}

/** CloudFormation cancels what it has begun, and rolls back. */
export const cancel = async (logicalId: string, operation: 'CREATE' | 'UPDATE', id?: string): Promise<void> => {
  await stack.later();
  stack.history.resource(logicalId, `${operation}_FAILED`, id);
  stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
};

/** AWS IoT refuses an operation from now on. */
export const refused = (operation: string, how: object = {}) =>
  aws.faults.inject({ service: 'iot', operation, times: 99, ...trouble('ValidationException', 400), ...how });
export const trouble = (code: string, status: number) => ({
  trouble: { error: new ServiceError(code, 'no way', status) },
});
export const DENIED = trouble('UnauthorizedException', 401);

/** How often an operation was called by events. */
export const calls = (operation: string): number => aws.calls.filter({ service: 'iot', operation, via: 'http' }).length;

export const tagged = (tags: Readonly<Record<string, string>>) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

/** A deployment succeeds, and the next one begins. */
export const settled = async (): Promise<void> => {
  stack.history.enter('UPDATE_COMPLETE');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
};
