/** Reads inputs: over HTTP every value is text, and an empty list is an empty text. */
// documented: API reference, CreateStack, CreateChangeSet and DeploymentConfig; authorization reference
import { type Members, type Needed, type Operation, type World } from '../../../core/service';
import { type DeploymentOptions } from '../deployment';
import { type DeploymentRequest, type Engine, templateAt } from '../engine';
import { type GivenParameter } from '../parameters';
import { validationError } from '../template';

export function listOf<T>(value: unknown): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? (value as T[]) : [];
}

export const isTrue = (value: unknown): boolean => String(value) === 'true';

/**
 * What happens after a failed deployment. CreateStack calls the choice `OnFailure`, and a change set `OnStackFailure`.
 * EXPRESS does not wait until resources are ready, and disables rollback by default (API model of botocore 1.43.38).
 */
export function failureOptions(choice: unknown, { DisableRollback, DeploymentConfig }: Members): DeploymentOptions {
  const { Mode, DisableRollback: isDisabled = Mode === 'EXPRESS' } = DeploymentConfig ?? {};
  if (choice === undefined) return { disableRollback: isTrue(DisableRollback) || isTrue(isDisabled) };
  if (isTrue(DisableRollback)) {
    // documented: API reference, CreateStack: the two exclude each other. unverified: the wording.
    throw validationError('You can specify either OnFailure or DisableRollback, but not both');
  }
  if (choice !== 'DO_NOTHING' && choice !== 'ROLLBACK' && choice !== 'DELETE') {
    throw validationError(
      `1 validation error detected: Value '${String(choice)}' at 'onFailure' failed to satisfy constraint: Member must ` +
        'satisfy enum value set: [DO_NOTHING, ROLLBACK, DELETE]',
    );
  }
  return { disableRollback: choice === 'DO_NOTHING', deleteOnFailure: choice === 'DELETE' };
}

/** The members that CreateStack, UpdateStack and CreateChangeSet have in common. */
export async function requestOf(input: Members, world: World): Promise<DeploymentRequest> {
  const tags = listOf<{ Key: string; Value: string }>(input.Tags);
  const keepsTemplate = isTrue(input.UsePreviousTemplate);
  return {
    body: keepsTemplate ? undefined : await templateBody(input, world),
    parameters: listOf<GivenParameter>(input.Parameters),
    tags: tags && Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    capabilities: listOf<string>(input.Capabilities) ?? [],
    notificationArns: listOf<string>(input.NotificationARNs),
    roleArn: input.RoleARN,
  };
}

/** The longest template in a request. Others must be in S3. documented: user guide, "Understand CloudFormation quotas" */
const BODY_BYTES = 51_200;

export async function templateBody(input: Members, { call }: World): Promise<string | undefined> {
  const { TemplateBody: body } = input;
  if (body !== undefined && Buffer.byteLength(body) > BODY_BYTES) {
    throw validationError(
      `1 validation error detected: Value '${body.slice(0, 60)}...' at 'templateBody' failed to satisfy constraint: ` +
        `Member must have length less than or equal to ${BODY_BYTES}`,
    );
  }
  if (body !== undefined) return body;
  return input.TemplateURL === undefined ? undefined : templateAt(input.TemplateURL, call);
}

/** An operation on one stack. It needs the action with its name on the stack. */
export function onStack(engine: Engine, action: string, run: Operation['run']): Operation {
  return {
    needs: ({ StackName }, world): readonly Needed[] => [
      { action: `cloudformation:${action}`, resource: stackArn(engine, StackName, world) },
    ],
    run,
  };
}

function stackArn(engine: Engine, stackName: string | undefined, world: World): string {
  if (stackName === undefined) return '*';
  if (stackName.startsWith('arn:')) return stackName;
  return engine.stacks.find(stackName)?.id ?? world.arn('cloudformation', `stack/${stackName}/*`);
}

/** An operation that is not about one stack. */
export const onAll = (action: string, run: Operation['run']): Operation => ({
  needs: () => [{ action: `cloudformation:${action}`, resource: '*' }],
  run,
});

const PAGE = 100;

/** One page of a list. The token is an offset. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size = PAGE,
): { items: T[]; NextToken?: string } {
  const from = Number(token ?? 0);
  const next = from + size;
  return { items: items.slice(from, next), NextToken: next < items.length ? String(next) : undefined };
}
