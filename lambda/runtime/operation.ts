/** One event, one handler: which method is called, and what its answers and errors mean to CloudFormation. */
import { CloudFormationLimits, MetricName } from '../../contract/cloudformation';
import { problems, quote } from '../../contract/shape';
import { type Answer, type HandedOver, type ResourceHandler, type Scope } from './custom-resource';
import { type LeftAlone, isLeftAlone } from './errors';
import { type CloudFormationEvent, type RawProperties } from './event';
import { reasonOf, rejectProblems } from './messages';
import { retryAccessDenied } from './retry';

export interface Operation {
  /** The physical id that a failure answers. Absent: the id that says that nothing was created. */
  readonly physicalResourceId?: string;
  run(): Promise<Answer | HandedOver>;
}

/** Throws if the properties are wrong, before any call. */
export function operation(event: CloudFormationEvent, handler: ResourceHandler<unknown>, scope: Scope): Operation {
  const properties = handler.shape.decode(event.ResourceProperties, '');
  const held = event.PhysicalResourceId ?? '';
  switch (event.RequestType) {
    case 'Create': {
      rejectProblems(...problems(handler.shape, properties));
      const announced = checkedId(handler.physicalResourceId(properties, scope));
      const run = () => retryAccessDenied(scope, () => handler.create(properties, scope));
      return {
        physicalResourceId: handler.createOnlyReads ? undefined : announced,
        run: async () => checkedCreation(await run(), announced),
      };
    }
    case 'Update': {
      const previous = readable(handler, event.OldResourceProperties, scope);
      const run = async () => {
        await validateUpdate(handler, properties, scope);
        return retryAccessDenied(scope, () => handler.update(properties, held, scope, previous));
      };
      // in the rollback of a replacement the id is a different one, so that CloudFormation deletes the replacement.
      const instead = ({ answer }: LeftAlone) => answer;
      return { physicalResourceId: held, run: async () => checkedAnswer(await unlessRollback(run, instead, scope)) };
    }
    case 'Delete': {
      const gone = { physicalResourceId: held, data: {} };
      const run = async () => {
        const result = await retryAccessDenied(scope, () => handler.delete(properties, held, scope));
        return isHandedOver(result) ? result : gone;
      };
      return { physicalResourceId: held, run: () => unlessRollback(run, () => gone, scope) };
    }
  }
}

/** A refused change fails an event, except in a rollback: there it stays as it is. */
async function unlessRollback(
  run: () => Promise<Answer | HandedOver>,
  instead: (error: LeftAlone) => Answer | undefined,
  scope: Scope,
): Promise<Answer | HandedOver> {
  try {
    return await run();
  } catch (error) {
    if (!isLeftAlone(error)) throw error;
    scope.log.count(MetricName.REFUSED);
    const answer = instead(error);
    if (!answer || !(await inRollback(scope, error))) throw error;
    scope.log.error(error.message, { refused: error.name });
    return answer;
  }
}

/** A rollback restores properties that were valid when they were deployed, even if a rule has become stricter. */
async function validateUpdate(handler: ResourceHandler<unknown>, properties: unknown, scope: Scope): Promise<void> {
  try {
    rejectProblems(...problems(handler.shape, properties));
  } catch (error) {
    if (!(await inRollback(scope, error))) throw error;
    scope.log.warn('rolled back to properties that are no longer valid', { error });
  }
}

/** If the phase cannot be read, the event fails with the first error. */
async function inRollback(scope: Scope, because: unknown): Promise<boolean> {
  try {
    return (await scope.stackPhase()) === 'rolling-back';
  } catch (unreadable) {
    throw new Error(`${reasonOf(because)}; besides, ${reasonOf(unreadable)}`, { cause: unreadable });
  }
}

/** Old properties help, but are not required: those that an older version of the library wrote may not be readable. */
function readable(handler: ResourceHandler<unknown>, raw: RawProperties | undefined, scope: Scope): unknown {
  try {
    return raw && handler.shape.decode(raw, '');
  } catch (error) {
    scope.log.warn('the old properties could not be read', { error });
    return undefined;
  }
}

function checkedCreation(created: Answer | HandedOver, announced: string): Answer | HandedOver {
  const answer = checkedAnswer(created);
  if (isHandedOver(answer)) return answer;
  if (!answer.physicalResourceId.startsWith(announced)) {
    // if this Create had failed half-way, the Delete after it would have looked for the announced id.
    throw new Error(`the handler created ${quote(answer.physicalResourceId)}, but had announced ${quote(announced)}`);
  }
  return answer;
}

/** Handlers are checked at run time too: only a clear success is reported as one. */
function checkedAnswer(answer: Answer | HandedOver): Answer | HandedOver {
  if (isHandedOver(answer)) return answer;
  if (typeof answer !== 'object' || answer === null) {
    throw new Error(`the handler answered ${String(answer)}, expected a physical id and data`);
  }
  const { physicalResourceId, data, noEcho } = answer;
  checkedId(physicalResourceId);
  if (typeof data !== 'object' || data === null) {
    throw new Error(`the handler answered the data ${String(data)}, expected a map of strings`);
  }
  for (const [name, value] of Object.entries(data)) {
    if (name.includes('.')) throw new Error(`the attribute ${quote(name)} must have a name without dots`);
    if (typeof value !== 'string') throw new Error(`the attribute ${name} must be a string, got ${typeof value}`);
  }
  return { physicalResourceId, data, noEcho };
}

export function isHandedOver(result: unknown): result is HandedOver {
  return typeof (result as Partial<HandedOver> | undefined)?.handedOverTo === 'string';
}

function checkedId(id: string): string {
  if (typeof id !== 'string' || id === '') {
    throw new Error(`the handler must answer a physical id, got ${JSON.stringify(id) ?? 'nothing'}`);
  }
  // as JSON, so that an id with many escapes cannot fill the whole response.
  const bytes = Buffer.byteLength(JSON.stringify(id)) - 2;
  if (bytes > CloudFormationLimits.PHYSICAL_ID_BYTES) {
    throw new Error(
      `a physical id must have at most ${CloudFormationLimits.PHYSICAL_ID_BYTES} bytes, got ${bytes} (${quote(id)})`,
    );
  }
  return id;
}
