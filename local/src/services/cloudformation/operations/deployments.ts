/** Operations that deploy, roll back and delete stacks. They answer at once, and the deployment continues. */
// documented: API reference of each operation
import { type Members, type Operation, ServiceError } from '../../../core/service';
import { changesOf, isWithoutChanges } from '../changes';
import { type Engine, type StartOptions } from '../engine';
import { validationError } from '../template';
import { failureOptions, isTrue, listOf, onStack, requestOf } from './input';

export const deploymentOperations = (engine: Engine): Record<string, Operation> => ({
  CreateStack: onStack(engine, 'CreateStack', async (input, { world }) => {
    if (engine.stacks.find(input.StackName)) {
      throw new ServiceError('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
    }
    const options = optionsOf(input, input.OnFailure);
    const stack = engine.newStack(input.StackName);
    const deployed = await engine.prepare(stack, await requestOf(input, world));
    engine.stacks.add(stack);
    stack.terminationProtection = isTrue(input.EnableTerminationProtection);
    begin(engine.start(stack, deployed, options));
    return { StackId: stack.id };
  }),

  UpdateStack: onStack(engine, 'UpdateStack', async (input, { world }) => {
    const stack = engine.stacks.get(input.StackName);
    const options = optionsOf(input);
    engine.checkUpdatable(stack, options);
    const deployed = await engine.prepare(stack, await requestOf(input, world));
    // captured: public report, for the words
    if (isWithoutChanges(stack, deployed, changesOf(stack, deployed, engine.surroundings))) {
      throw validationError('No updates are to be performed.');
    }
    begin(engine.start(stack, deployed, options));
    return { StackId: stack.id };
  }),

  DeleteStack: onStack(engine, 'DeleteStack', input => {
    const stack = engine.stacks.find(input.StackName);
    // to delete what does not exist is a success.
    if (!stack || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return;
    begin(
      engine.delete(stack, {
        retain: listOf<string>(input.RetainResources),
        force: input.DeletionMode === 'FORCE_DELETE_STACK',
      }),
    );
  }),

  RollbackStack: onStack(engine, 'RollbackStack', input => {
    const stack = engine.stacks.get(input.StackName);
    begin(engine.rollBack(stack, { retainExceptOnCreate: isTrue(input.RetainExceptOnCreate) }));
    return { StackId: stack.id };
  }),

  ContinueUpdateRollback: onStack(engine, 'ContinueUpdateRollback', input => {
    const stack = engine.stacks.get(input.StackName);
    begin(
      engine.continueRollback(stack, {
        skip: listOf<string>(input.ResourcesToSkip) ?? [],
        force: isTrue(input.ForceRollback),
      }),
    );
  }),

  CancelUpdateStack: onStack(engine, 'CancelUpdateStack', input => {
    engine.cancelUpdate(engine.stacks.get(input.StackName));
  }),

  UpdateTerminationProtection: onStack(engine, 'UpdateTerminationProtection', input => {
    const stack = engine.stacks.get(input.StackName);
    stack.terminationProtection = isTrue(input.EnableTerminationProtection);
    return { StackId: stack.id };
  }),
});

/** Lets an operation answer while its deployment continues. The stack shows how it ends. */
export const begin = (deployment: Promise<void>): void => void deployment.catch(() => undefined);

const optionsOf = (input: Members, onFailure?: unknown): StartOptions => ({
  ...failureOptions(onFailure, input),
  retainExceptOnCreate: isTrue(input.RetainExceptOnCreate),
  token: input.ClientRequestToken,
});
