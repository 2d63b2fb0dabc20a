import { createHash } from 'node:crypto';
import { type Problem } from '../../contract/shape';
import { type SweepConfig } from '../../contract/sweep';
import { type SweepProperties, SweepShape } from '../../contract/sweep-execution';
import { Deadline } from '../runtime/clock';
import {
  type Answer,
  type HandedOver,
  type ResourceHandler,
  type Scope,
  type SliceAnswer,
} from '../runtime/custom-resource';
import { checkArn, reasonOf, rejectProblems } from '../runtime/messages';
import { isAccessDenied, isTransient } from '../runtime/retry';
import {
  SWEPT_NOTHING,
  type SweepProgress,
  answerOf,
  endOfHour,
  hashOf,
  incomplete,
  incompleteAnswer,
  isHourOver,
} from './awaited';
import { NOTHING, handedOn } from './cursor';
import { rulesOfDeletion } from './deletion';
import { type Machines, isMachineGone, patientMachines } from './machine';
import { work } from './slices';
import { type SweepKind, type SweepKinds, kindOf } from './source';
import { whileAwaited } from './stacks';

/**
 * How long, in milliseconds, before the time to answer the sweep stops: enough for a call in progress, and for the start
 * of an execution that is throttled for a minute.
 */
const HAND_OVER = 90_000;

/**
 * A sweep that runs while CloudFormation waits for it. The sweep first works in the event's own invocation; then it
 * continues in its state machine, whose last slice answers.
 */
export class SweepHandler implements ResourceHandler<SweepProperties> {
  readonly shape = SweepShape.also(({ Config }) =>
    thrownBy(() => {
      const config = parse(Config);
      this.kind(config).validate(config);
    }),
  );

  constructor(
    private readonly kinds: SweepKinds,
    private readonly machines: Machines,
  ) {}

  physicalResourceId(_: SweepProperties, { stackId, logicalId }: Scope): string {
    return `sweep/${createHash('sha256').update(`${stackId}\n${logicalId}`).digest('hex').slice(0, 16)}`;
  }

  async create(wanted: SweepProperties, scope: Scope): Promise<Answer | HandedOver> {
    return this.deploy(wanted, this.physicalResourceId(wanted, scope), { isDue: true }, scope);
  }

  async update(
    wanted: SweepProperties,
    physicalResourceId: string,
    scope: Scope,
    previous: SweepProperties | undefined,
  ): Promise<Answer | HandedOver> {
    return this.deploy(wanted, physicalResourceId, { isDue: !previous || differ(wanted, previous) }, scope);
  }

  async delete(held: SweepProperties, physicalResourceId: string, scope: Scope): Promise<HandedOver | void> {
    if (!held.Triggers.includes('ON_DESTROY')) return;
    const decided = await rulesOfDeletion({ properties: held, physicalId: physicalResourceId }, scope);
    if (decided.kind === 'nothing') return scope.log.info(`nothing is swept: ${decided.because}`);
    // the machine of a deployment that failed is the one that exists.
    const rules = { ...(decided.rules ?? held), StateMachineArn: held.StateMachineArn };
    const result = await this.sweep(rules, physicalResourceId, scope);
    if ('handedOverTo' in result) return result;
  }

  private async deploy(
    wanted: SweepProperties,
    physicalResourceId: string,
    { isDue }: { readonly isDue: boolean },
    scope: Scope,
  ): Promise<Answer | HandedOver> {
    // else a deletion of the stack would be the first to fail.
    rejectProblems(checkArn(parse(wanted.Config).arn, scope.stackId));
    const nothing = { physicalResourceId, data: { ...SWEPT_NOTHING } };
    if (!wanted.Triggers.includes('DURING_DEPLOYMENT')) return nothing;
    if (!isDue) {
      scope.log.info('nothing is swept: neither the sweep nor the declared versions have changed');
      return nothing;
    }
    if ((await scope.stackPhase()) === 'rolling-back') {
      scope.log.info('nothing is swept: the stack is rolling back');
      return nothing;
    }
    return this.sweep(wanted, physicalResourceId, scope);
  }

  private async sweep(
    { Config, StateMachineArn, OnIncomplete = 'FAIL' }: SweepProperties,
    physicalResourceId: string,
    scope: Scope,
  ): Promise<Answer | HandedOver> {
    const { clock, log, stackId, request, abandonedAt, eventToken: name } = scope;
    const handedOver = { handedOverTo: `${StateMachineArn} ${name}` };
    // the event was delivered again: its execution continues with it, and two executions would only disturb each other.
    const machines = patientMachines(this.machines, scope);
    const isRunning = async () => (await machines.running(StateMachineArn)).some(running => running.name === name);
    const explained = (error: unknown, progress: SweepProgress) =>
      isAccessDenied(error) ? mayNotStart(error, progress, request.RequestType, StateMachineArn) : error;
    try {
      if (await isRunning()) return handedOver;
    } catch (error) {
      throw explained(error, { counts: NOTHING });
    }

    const confirm = whileAwaited(scope.operation, clock);
    await confirm();
    const config = parse(Config);
    const until = Math.min(scope.deadline.at - handOver(scope), endOfHour(abandonedAt));
    const deadline = new Deadline(clock, until);
    const result = await work(this.kinds, {
      config,
      stackId,
      cursor: undefined,
      again: false,
      isAwaited: true,
      deadline,
      clock,
      log,
      describeStack: id => scope.describeStack(id),
      settledSince: (id, claimedAt) => scope.ofStack(id).settledSince(claimedAt),
      idsSinceSuccess: () => scope.ofStack(stackId).idsSinceSuccess(),
      confirm,
    });
    if (result.done) return inPerson(answerOf(result.outcome), physicalResourceId);

    const { cursor } = result;
    if (isHourOver(abandonedAt, clock.now())) {
      log.error(incomplete(cursor));
      return inPerson(incompleteAnswer(cursor, OnIncomplete), physicalResourceId);
    }
    const answer = { ...request, PhysicalResourceId: physicalResourceId, OnIncomplete, ConfigHash: hashOf(config) };
    try {
      await machines.start(StateMachineArn, name, { cursor: handedOn(cursor, clock.now()), answer });
    } catch (error) {
      if (isTransient(error)) {
        if (await isRunning().catch(() => false)) return handedOver;
        throw perhapsStarted(error);
      }
      if (request.RequestType !== 'Delete' || !isMachineGone(error)) throw explained(error, cursor);
      // somebody has deleted the machine: that must not prevent the deletion of the stack.
      log.error(`${incomplete(cursor)}; there is no state machine to continue in`, { error });
      return inPerson(incompleteAnswer(cursor, 'WARN'), physicalResourceId);
    }
    return handedOver;
  }

  private kind(config: SweepConfig): SweepKind {
    return kindOf(this.kinds, config);
  }
}

function parse(config: string): SweepConfig {
  try {
    return JSON.parse(config) as SweepConfig;
  } catch (error) {
    throw new Error(`property Config must be JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** The message of a check that throws. */
function thrownBy(check: () => void): Problem {
  try {
    check();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Whether a sweep must run again. The result decides nothing else, so the properties of the template are enough. */
function differ(wanted: SweepProperties, previous: SweepProperties): boolean {
  const relevant = ({ Config, DeclaredVersions = [], Salt, Triggers }: SweepProperties) =>
    JSON.stringify([Config, [...DeclaredVersions].sort(), Salt, Triggers.includes('DURING_DEPLOYMENT')]);
  return relevant(wanted) !== relevant(previous);
}

function inPerson(answer: SliceAnswer, physicalResourceId: string): Answer {
  if (answer.status === 'FAILED') throw new Error(answer.message);
  return { physicalResourceId, data: answer.data };
}

/** Somebody has taken the permission away that the library gives, or an account's policy denies it. */
function mayNotStart(error: unknown, progress: SweepProgress, requestType: string, machineArn: string): Error {
  const again = requestType === 'Delete' ? 'destroy' : 'deploy';
  const shortfall = {
    why: `the sweep cannot continue in its state machine: ${reasonOf(error)}`,
    mend:
      `allow the provider's role states:ListExecutions and states:StartExecution on ${machineArn}, ` +
      `then ${again} again, which continues from here`,
  };
  return new Error(incomplete(progress, shortfall), { cause: error });
}

/** A start without an answer may have arrived. What it starts finds this event ended. */
const perhapsStarted = (error: unknown) =>
  new Error(
    `the sweep cannot continue: nobody knows whether its state machine has started: ${reasonOf(error)}; ` +
      'if it has, it removes nothing more, because this event has failed; try again',
    { cause: error },
  );

/** Less if the function has a short timeout. */
const handOver = ({ deadline }: Scope) => Math.min(HAND_OVER, deadline.remaining() / 2);
