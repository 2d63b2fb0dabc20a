/** Operations on change sets. */
// documented: API reference of each operation
import { type Members, type Operation } from '../../../core/service';
import { type ChangeSets } from '../change-sets';
import { type Engine } from '../engine';
import { validationError } from '../template';
import { begin } from './deployments';
import { failureOptions, isTrue, onStack, page, requestOf } from './input';
import { summaryOfChangeSet, viewOfChangeSet } from './views';

export function changeSetOperations(engine: Engine, changeSets: ChangeSets): Record<string, Operation> {
  const find = ({ ChangeSetName, StackName }: Members) => changeSets.get(ChangeSetName, StackName);
  return {
    CreateChangeSet: onStack(engine, 'CreateChangeSet', async (input, { world }) => {
      const type = input.ChangeSetType ?? 'UPDATE';
      if (type !== 'CREATE' && type !== 'UPDATE') {
        throw validationError(`The local CloudFormation makes change sets of type CREATE and UPDATE, got ${type}`);
      }
      const { deleteOnFailure } = failureOptions(input.OnStackFailure, {});
      if (deleteOnFailure && type !== 'CREATE') {
        // documented: API reference, CreateChangeSet. unverified: the wording.
        throw validationError('OnStackFailure DELETE is only valid for change sets of type CREATE');
      }
      const { id, stack } = await changeSets.create({
        name: input.ChangeSetName,
        stackName: input.StackName,
        type,
        description: input.Description,
        onStackFailure: input.OnStackFailure,
        deploymentConfig: input.DeploymentConfig,
        request: await requestOf(input, world),
      });
      return { Id: id, StackId: stack.id };
    }),

    DescribeChangeSet: onStack(engine, 'DescribeChangeSet', input =>
      viewOfChangeSet(find(input), { withValues: isTrue(input.IncludePropertyValues) }),
    ),

    DescribeChangeSetHooks: onStack(engine, 'DescribeChangeSetHooks', input => {
      const { id, name, stack } = find(input);
      return { ChangeSetId: id, ChangeSetName: name, StackId: stack.id, StackName: stack.name, Hooks: [] };
    }),

    ListChangeSets: onStack(engine, 'ListChangeSets', ({ StackName, NextToken }) => {
      const all = changeSets.of(engine.stacks.get(StackName));
      const { items, ...next } = page(all, NextToken);
      return { Summaries: items.map(summaryOfChangeSet), ...next };
    }),

    DeleteChangeSet: onStack(engine, 'DeleteChangeSet', ({ ChangeSetName, StackName }) => {
      const changeSet = changeSets.find(ChangeSetName, StackName);
      // to delete what does not exist is a success.
      if (changeSet) changeSets.delete(changeSet);
    }),

    ExecuteChangeSet: onStack(engine, 'ExecuteChangeSet', input => {
      const changeSet = find(input);
      const { stack, onStackFailure, deploymentConfig } = changeSet;
      const options = {
        ...failureOptions(onStackFailure, { DeploymentConfig: deploymentConfig, ...input }),
        retainExceptOnCreate: isTrue(input.RetainExceptOnCreate),
        token: input.ClientRequestToken,
      };
      engine.checkUpdatable(stack, options);
      begin(engine.start(stack, changeSets.takeForExecution(changeSet), options));
    }),
  };
}
