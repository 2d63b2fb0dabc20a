import { needsOf } from '../../src/core/needs';
import { ServiceError, type World } from '../../src/core/service';
import { Iot, type IotBehavior } from '../../src/services/iot/service';

/** An AWS IoT of its own, with a clock that only tests turn and an S3 that has the objects a test puts there. */
export function startIot(behavior: Partial<IotBehavior> = {}) {
  const clock = {
    time: Date.UTC(2026, 0, 1),
    now: () => clock.time,
    sleep: async (ms: number) => void (clock.time += ms),
  };
  const objects = new Map<string, Uint8Array>();
  const bucketPolicy = { Version: '2012-10-17', Statement: [] as object[] };
  const world = {
    region: 'eu-west-1',
    account: '111122223333',
    partition: 'aws',
    clock,
    arn: (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`,
    call: async (_service: string, operation: string, input: { Bucket: string; Key: string; VersionId?: string }) => {
      if (input.Bucket === 'nowhere') throw new ServiceError('NoSuchBucket', 'not found', 404);
      if (operation === 'GetBucketPolicy') return { Policy: JSON.stringify(bucketPolicy) };
      const found = objects.get([input.Bucket, input.Key, input.VersionId ?? ''].join('/'));
      if (!found) throw new ServiceError('NoSuchKey', 'not found', 404);
      return operation === 'GetObject' ? { Body: Buffer.from(found) } : {};
    },
  } as unknown as World;
  const iot = new Iot(world, behavior);

  // the answers of operations are plain JSON; a test reads what it expects.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const run = (operation: string, input: object = {}) => iot.byHand<any>(operation, input);

  return {
    iot,
    world,
    clock,
    /** Contents by `bucket/key/version`. */
    objects,
    bucketPolicy,
    run,
    /** The error that a call ends with: `code status`, and its members. */
    async error(operation: string, input: object = {}): Promise<Failure> {
      try {
        await run(operation, input);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return { code: error.code, status: error.status, message: error.message, members: error.members };
      }
      throw new Error(`${operation} ended well`);
    },
    needs: (operation: string, input: object) => needsOf({ service: iot, operation, input, world }),
  };
}

export interface Failure {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export const PACKAGE = { packageName: 'brake-ecu' };
export const VERSION = { ...PACKAGE, versionName: '1.0.0' };
export const PACKAGE_ARN = 'arn:aws:iot:eu-west-1:111122223333:package/brake-ecu';
export const VERSION_ARN = `${PACKAGE_ARN}/version/1.0.0`;

export const THING_GROUP_ARN = 'arn:aws:iot:eu-west-1:111122223333:thinggroup/fleet';
export const thingArn = (name: string) => `arn:aws:iot:eu-west-1:111122223333:thing/${name}`;

/** With things `thing-1` and so on, in the group `fleet`. */
export function startFleet(things: number, behavior: Partial<IotBehavior> = {}) {
  const started = startIot(behavior);
  started.iot.devices.add('first', { groups: ['fleet'] });
  started.iot.devices.remove('first');
  const names = Array.from({ length: things }, (_, i) => `thing-${i + 1}`);
  started.iot.devices.add(names, { groups: ['fleet'] });
  return started;
}

/** Collects all pages of a list; `member` is the list's name in an answer. */
export async function pages(
  run: (operation: string, input: object) => Promise<Record<string, unknown>>,
  operation: string,
  member: string,
  input: object,
): Promise<unknown[][]> {
  const all: unknown[][] = [];
  let nextToken: unknown;
  do {
    const answer = await run(operation, { ...input, nextToken });
    all.push(answer[member] as unknown[]);
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return all;
}
