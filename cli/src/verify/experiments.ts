/** One small experiment for each behavior that no documentation tells. */
import {
  DeleteSchemaVersionsCommand,
  PutSchemaVersionMetadataCommand,
  UpdateSchemaCommand,
} from '@aws-sdk/client-glue';
import {
  CancelJobExecutionCommand,
  DeleteJobExecutionCommand,
  DeletePackageCommand,
  DeletePackageVersionCommand,
  DescribeJobExecutionCommand,
  GetPackageCommand,
  GetPackageVersionCommand,
  ListTagsForResourceCommand,
  UpdatePackageCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { isAccessDenied } from '../../../lambda/runtime/retry';
import { type Lab } from './lab';

export interface Observation {
  readonly observed: string;
  readonly asAssumed: boolean;
  /** Whether the library bears it. */
  readonly isSafe: boolean;
}

export interface Experiment {
  readonly id: string;
  readonly question: string;
  /** What the library takes for granted, or expects. */
  readonly assumes: string;
  /** Whether it is made by the permissions of a role that the user names. Absent: it is not. */
  readonly needsRole?: boolean;
  run(lab: Lab): Promise<Observation>;
}

/** What became of a call that may be refused. */
interface Tried<T = unknown> {
  readonly answer?: T;
  /** The error's name. */
  readonly refused?: string;
}

async function tried<T>(call: Promise<T>): Promise<Tried<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    const { $fault, name } = error as { $fault?: string; name: string };
    if ($fault !== 'client' || /AccessDenied|Throttl|Credential|Token/.test(name)) throw error;
    return { refused: name };
  }
}

/** A refusal is expected: by which code does not matter to the handlers. */
function refusal({ refused }: Tried, expected: string, done: string): Observation {
  const observed = refused === undefined ? done : `refused with ${refused}`;
  return { observed, asAssumed: refused === expected, isSafe: refused !== undefined };
}

const inState = { v1: 'PUBLISHED' } as const;

export const EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'delete-default',
    question: 'What comes of deleting the default version of a package?',
    assumes: 'it is refused with ValidationException',
    run: async lab => {
      const packageName = await lab.package(inState);
      await lab.iot.send(new UpdatePackageCommand({ packageName, defaultVersionName: 'v1' }));
      const call = lab.iot.send(new DeletePackageVersionCommand({ packageName, versionName: 'v1' }));
      return refusal(await tried(call), 'ValidationException', 'it is deleted');
    },
  },
  {
    id: 'delete-missing',
    question: 'What comes of deleting a version that does not exist?',
    assumes: 'nothing, without an error',
    run: async lab => {
      const packageName = await lab.package();
      const call = lab.iot.send(new DeletePackageVersionCommand({ packageName, versionName: 'missing' }));
      const { refused } = await tried(call);
      const observed = refused === undefined ? 'no error' : `refused with ${refused}`;
      return {
        observed,
        asAssumed: refused === undefined,
        isSafe: [undefined, 'ResourceNotFoundException'].includes(refused),
      };
    },
  },
  {
    id: 'delete-full-package',
    question: 'What comes of deleting a package that has versions?',
    assumes: 'it is refused with ValidationException',
    run: async lab => {
      const packageName = await lab.package(inState);
      return refusal(
        await tried(lab.iot.send(new DeletePackageCommand({ packageName }))),
        'ValidationException',
        'it is deleted',
      );
    },
  },
  {
    id: 'publish-published',
    question: 'What comes of publishing a published version?',
    assumes: 'nothing, without an error',
    run: async lab => {
      const packageName = await lab.package(inState);
      const { refused } = await tried(
        lab.iot.send(new UpdatePackageVersionCommand({ packageName, versionName: 'v1', action: 'PUBLISH' })),
      );
      // the handlers read the state first.
      const observed = refused === undefined ? 'no error' : `refused with ${refused}`;
      return { observed, asAssumed: refused === undefined, isSafe: true };
    },
  },
  {
    id: 'deprecate-draft',
    question: 'What comes of deprecating a draft?',
    assumes: 'it is refused with ConflictException',
    run: async lab => {
      const packageName = await lab.package({ v1: 'DRAFT' });
      const call = lab.iot.send(
        new UpdatePackageVersionCommand({ packageName, versionName: 'v1', action: 'DEPRECATE' }),
      );
      return refusal(await tried(call), 'ConflictException', 'it is deprecated');
    },
  },
  {
    id: 'default-draft',
    question: 'What comes of making a draft the default version?',
    assumes: 'it is refused with ValidationException',
    run: async lab => {
      const packageName = await lab.package({ v1: 'DRAFT' });
      const call = lab.iot.send(new UpdatePackageCommand({ packageName, defaultVersionName: 'v1' }));
      return { ...refusal(await tried(call), 'ValidationException', 'it is the default'), isSafe: true };
    },
  },
  {
    id: 'tags-of-package',
    question: 'Are the tags of a package listed by its ARN?',
    assumes: 'they are',
    run: async lab => {
      const packageName = await lab.package({}, { verified: 'yes' });
      const { packageArn: resourceArn } = await lab.iot.send(new GetPackageCommand({ packageName }));
      const { answer, refused } = await tried(lab.iot.send(new ListTagsForResourceCommand({ resourceArn })));
      const isListed = answer?.tags?.some(({ Key, Value }) => Key === 'verified' && Value === 'yes') ?? false;
      const observed = refused === undefined ? (isListed ? 'they are' : 'they are missing') : `refused with ${refused}`;
      // ownership stands in them.
      return { observed, asAssumed: isListed, isSafe: isListed };
    },
  },
  {
    id: 'resource-tags',
    question: 'Is aws:ResourceTag in force on packages and versions?',
    assumes: 'it is, for each operation',
    needsRole: true,
    run: async lab => {
      const denied = await deniedTo(lab, await lab.package(inState, TAG));
      const deniedUntagged = await deniedTo(lab, await lab.package(inState));
      if (denied.length > 0) {
        // what is let go would not be cleaned up.
        return { observed: `denied where the tag is: ${denied.join(', ')}`, asAssumed: false, isSafe: false };
      }
      const isInForce = deniedUntagged.length === ALL_BY_TAG;
      const observed = isInForce
        ? 'it is'
        : `${ALL_BY_TAG - deniedUntagged.length} operations are allowed without the tag`;
      return { observed, asAssumed: isInForce, isSafe: true };
    },
  },
  {
    id: 'range-of-thousand',
    question: 'May a range of DeleteSchemaVersions be a thousand versions wide?',
    assumes: 'it may not: ranges of 25 are sent',
    run: async lab => {
      const { SchemaId } = await lab.schema(3);
      const { refused } = await tried(lab.glue.send(new DeleteSchemaVersionsCommand({ SchemaId, Versions: '2-1001' })));
      const observed = refused === undefined ? 'it may' : `refused with ${refused}`;
      return { observed, asAssumed: refused !== undefined, isSafe: true };
    },
  },
  {
    id: 'first-version',
    question: 'How is the deletion of version 1 refused once the checkpoint has moved on?',
    assumes: 'by an error of the call',
    run: async lab => {
      const { SchemaId } = await lab.schema(2);
      await lab.glue.send(new UpdateSchemaCommand({ SchemaId, SchemaVersionNumber: { VersionNumber: 2 } }));
      const { answer, refused } = await tried(
        lab.glue.send(new DeleteSchemaVersionsCommand({ SchemaId, Versions: '1' })),
      );
      const [item] = answer?.SchemaVersionErrors ?? [];
      const observed =
        refused !== undefined
          ? `refused with ${refused}`
          : item
            ? `by an item of the answer: ${item.ErrorDetails?.ErrorCode}`
            : 'it is deleted';
      return { observed, asAssumed: refused !== undefined, isSafe: true };
    },
  },
  {
    id: 'metadata-beyond-ten',
    question: 'What comes of an eleventh pair of metadata of a schema version?',
    assumes: 'it is refused with ResourceNumberLimitExceededException',
    run: async lab => {
      const { ids } = await lab.schema(1);
      const put = (number: number) =>
        lab.glue.send(
          new PutSchemaVersionMetadataCommand({
            SchemaVersionId: ids[0],
            MetadataKeyValue: { MetadataKey: `key-${number}`, MetadataValue: 'value' },
          }),
        );
      for (let number = 1; number <= 10; number++) await put(number);
      const { refused } = await tried(put(11));
      const observed = refused === undefined ? 'it is taken' : `refused with ${refused}`;
      const isSafe = refused === undefined || refused === LIMIT;
      return { observed, asAssumed: refused === LIMIT, isSafe };
    },
  },
  {
    id: 'delete-queued',
    question: 'Does force delete a QUEUED execution?',
    assumes: 'it does; cleanups cancel first, and do not need it',
    run: async lab => {
      const { jobId, thingName } = await lab.job();
      const executionNumber = await queued(lab, jobId, thingName);
      const { refused } = await tried(
        lab.iot.send(new DeleteJobExecutionCommand({ jobId, thingName, executionNumber, force: true })),
      );
      const observed = refused === undefined ? 'it does' : `refused with ${refused}`;
      return { observed, asAssumed: refused === undefined, isSafe: true };
    },
  },
  {
    id: 'number-of-deleted',
    question: 'Is the number of a deleted execution given again?',
    assumes: 'it may be: executions are told apart by when they were queued as well',
    run: async lab => {
      const { jobId, thingName, group } = await lab.continuousJob();
      const executionNumber = await queued(lab, jobId, thingName);
      await lab.iot.send(new CancelJobExecutionCommand({ jobId, thingName }));
      await lab.iot.send(new DeleteJobExecutionCommand({ jobId, thingName, executionNumber }));
      await lab.things.leave(thingName, group);
      await lab.things.join(thingName, group);
      const next = await queued(lab, jobId, thingName);
      const isReused = next === executionNumber;
      return { observed: isReused ? 'it is' : 'another one is given', asAssumed: isReused, isSafe: true };
    },
  },
  {
    id: 'delete-timed-out',
    question: 'Does deleting a TIMED_OUT execution need force?',
    assumes: 'it does not; where it does, cleanups try again with force',
    run: async lab => {
      const { jobId, thingName } = await lab.job();
      const executionNumber = await queued(lab, jobId, thingName);
      await lab.things.begin(thingName);
      await inStatus(lab, { jobId, thingName, status: 'TIMED_OUT', seconds: 300 });
      const { refused } = await tried(
        lab.iot.send(new DeleteJobExecutionCommand({ jobId, thingName, executionNumber })),
      );
      const observed = refused === undefined ? 'it does not' : `refused with ${refused}`;
      return {
        observed,
        asAssumed: refused === undefined,
        isSafe: [undefined, 'InvalidStateTransitionException'].includes(refused),
      };
    },
  },
];

/** Operations that are tried by the role. */
const ALL_BY_TAG = 6;

/** The tag that the condition of the role's policy wants. */
const TAG = { verify: 'yes' };

/** Which calls a role that may do all where the tag is may not do, by their names. */
async function deniedTo({ asRole }: Lab, packageName: string): Promise<string[]> {
  const at = { packageName, versionName: 'v1' };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    GetPackage: () => asRole.send(new GetPackageCommand({ packageName })),
    UpdatePackage: () => asRole.send(new UpdatePackageCommand({ packageName, description: 'by a tag' })),
    GetPackageVersion: () => asRole.send(new GetPackageVersionCommand(at)),
    UpdatePackageVersion: () => asRole.send(new UpdatePackageVersionCommand({ ...at, description: 'by a tag' })),
    DeletePackageVersion: () => asRole.send(new DeletePackageVersionCommand(at)),
    DeletePackage: () => asRole.send(new DeletePackageCommand({ packageName })),
  };
  const denied: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      // what else is refused was allowed.
      if (isAccessDenied(error)) denied.push(name);
    }
  }
  return denied;
}

const LIMIT = 'ResourceNumberLimitExceededException';

const queued = (lab: Lab, jobId: string, thingName: string) =>
  inStatus(lab, { jobId, thingName, status: 'QUEUED', seconds: 60 });

/** Waits for a state of an execution, and returns its number. */
async function inStatus(
  lab: Lab,
  { jobId, thingName, status, seconds }: { jobId: string; thingName: string; status: string; seconds: number },
): Promise<number> {
  let last: string | undefined;
  for (let waited = 0; waited < seconds; waited += PAUSE_SECONDS) {
    const { answer } = await tried(lab.iot.send(new DescribeJobExecutionCommand({ jobId, thingName })));
    last = answer?.execution?.status;
    if (last === status) return answer?.execution?.executionNumber ?? 0;
    await lab.sleep(PAUSE_SECONDS * 1_000);
  }
  throw new Error(`the execution is not ${status} after ${seconds} s, but ${last ?? 'not there'}`);
}

const PAUSE_SECONDS = 5;
