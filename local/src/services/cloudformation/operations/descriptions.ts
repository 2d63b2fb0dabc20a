/** Operations that only read: stacks, their resources, events, templates and exports. */
// documented: API reference of each operation
// unverified: that DescribeEvents shows the events of a stack, and no others
import { type Members, type Operation } from '../../../core/service';
import { requiredCapabilities } from '../capabilities';
import { type ChangeSets } from '../change-sets';
import { type Engine } from '../engine';
import { type Stack, type StackEvent } from '../stack';
import { type Template, parseTemplate, validationError } from '../template';
import { listOf, onAll, onStack, page, templateBody } from './input';
import { detailOfResource, summaryOfResource, viewOfEvent, viewOfResource, viewOfStack } from './views';

export function descriptionOperations(engine: Engine, changeSets: ChangeSets): Record<string, Operation> {
  const { stacks } = engine;
  return {
    DescribeStacks: onStack(engine, 'DescribeStacks', ({ StackName, NextToken }) => {
      const all = StackName === undefined ? [...stacks].filter(isThere) : [stacks.get(StackName)];
      const { items, ...next } = page(all, NextToken);
      return { Stacks: items.map(viewOfStack), ...next };
    }),

    ListStacks: onAll('ListStacks', ({ StackStatusFilter, NextToken }) => {
      const statuses = listOf<string>(StackStatusFilter);
      const all = [...stacks].filter(({ status }) => !statuses?.length || statuses.includes(status));
      const { items, ...next } = page(all, NextToken);
      return { StackSummaries: items.map(viewOfStack), ...next };
    }),

    DescribeStackEvents: onStack(engine, 'DescribeStackEvents', ({ StackName, NextToken }) => {
      const stack = stacks.find(StackName);
      // captured: public report, for the words in which a missing stack is told
      if (!stack) throw validationError(`Stack [${StackName}] does not exist`);
      const { events, NextToken: next } = newestEvents(stack, NextToken);
      return { StackEvents: events.map(viewOfEvent), NextToken: next };
    }),

    DescribeEvents: onStack(engine, 'DescribeEvents', ({ StackName, ChangeSetName, NextToken, Filters }) => {
      const stack = ChangeSetName ? changeSets.get(ChangeSetName, StackName).stack : stacks.get(StackName);
      const { events, NextToken: next } = newestEvents(stack, NextToken);
      // what makes a change set fail here makes its creation fail: no event shows it.
      const wanted = ChangeSetName ? [] : events;
      const isFailed = ({ status }: StackEvent) =>
        String(Filters?.FailedEvents) !== 'true' || status.endsWith('_FAILED');
      return { OperationEvents: wanted.filter(isFailed).map(viewOfOperationEvent), NextToken: next };
    }),

    DescribeStackResources: onStack(engine, 'DescribeStackResources', input => {
      const stack = stackOf(engine, input);
      const all = [...stack.resources.values(), ...stack.deletedResources.values()];
      const { LogicalResourceId: id } = input;
      return {
        StackResources: all
          .filter(({ logicalId }) => id === undefined || logicalId === id)
          .slice(0, RESOURCES_AT_MOST)
          .map(resource => viewOfResource(stack, resource)),
      };
    }),

    DescribeStackResource: onStack(engine, 'DescribeStackResource', ({ StackName, LogicalResourceId }) => {
      const stack = stacks.get(StackName);
      const resource = stack.resources.get(LogicalResourceId) ?? stack.deletedResources.get(LogicalResourceId);
      if (!resource) throw validationError(`Resource ${LogicalResourceId} does not exist for stack ${StackName}`);
      return { StackResourceDetail: detailOfResource(stack, resource) };
    }),

    ListStackResources: onStack(engine, 'ListStackResources', ({ StackName, NextToken }) => {
      const stack = stacks.get(StackName);
      const { items, ...next } = page([...stack.resources.values()], NextToken);
      return { StackResourceSummaries: items.map(summaryOfResource), ...next };
    }),

    GetTemplate: onStack(engine, 'GetTemplate', ({ StackName, ChangeSetName }) => {
      const changeSet = ChangeSetName && changeSets.get(ChangeSetName, StackName);
      const deployed = changeSet ? changeSet.deployed : stacks.get(StackName).deployed;
      return { TemplateBody: deployed?.body ?? '{}', StagesAvailable: ['Original', 'Processed'] };
    }),

    GetTemplateSummary: onStack(engine, 'GetTemplateSummary', async (input, { world }) => {
      const body = (await templateBody(input, world)) ?? stacks.get(input.StackName).deployed?.body;
      return summaryOf(parseTemplate(body ?? ''));
    }),

    ValidateTemplate: onAll('ValidateTemplate', async (input, { world }) => {
      const template = parseTemplate((await templateBody(input, world)) ?? '');
      engine.types.checkAll(Object.values(template.Resources).map(({ Type }) => Type));
      return summaryOf(template);
    }),

    ListExports: onAll('ListExports', ({ NextToken }) => {
      const { items, ...next } = page(stacks.exports(), NextToken);
      return {
        Exports: items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value })),
        ...next,
      };
    }),

    ListImports: onAll('ListImports', ({ ExportName, NextToken }) => {
      const importers = stacks.importersOf(ExportName);
      if (importers.length === 0) throw validationError(`Export '${ExportName}' is not imported by any stack.`);
      const { items, ...next } = page(importers, NextToken);
      return { Imports: items, ...next };
    }),

    ListHookResults: onAll('ListHookResults', ({ TargetType, TargetId }) => ({
      TargetType,
      TargetId,
      HookResults: [],
    })),
  };
}

const isThere = ({ status }: Stack): boolean => status !== 'DELETE_COMPLETE';

function stackOf(engine: Engine, { StackName, PhysicalResourceId }: Members): Stack {
  if (StackName !== undefined) return engine.stacks.get(StackName);
  const found = [...engine.stacks].find(({ resources }) =>
    [...resources.values()].some(({ physicalId }) => physicalId === PhysicalResourceId),
  );
  if (found) return found;
  throw validationError(`Stack for ${PhysicalResourceId} does not exist`);
}

/** How many resources DescribeStackResources shows; ListStackResources shows all (documentation of the operation). */
const RESOURCES_AT_MOST = 100;

const EVENTS_A_PAGE = 100;

/** Newest first. The token counts the remaining events, so that new ones do not shift it. */
function newestEvents({ events }: Stack, token: string | undefined): { events: StackEvent[]; NextToken?: string } {
  const end = token === undefined ? events.length : Number(token);
  const start = Math.max(0, end - EVENTS_A_PAGE);
  return { events: events.slice(start, end).reverse(), NextToken: start > 0 ? String(start) : undefined };
}

const viewOfOperationEvent = (event: StackEvent): object => ({ ...viewOfEvent(event), EventType: 'STACK_EVENT' });

function summaryOf(template: Template): object {
  const capabilities = requiredCapabilities(template);
  return {
    Description: template.Description,
    Parameters: Object.entries(template.Parameters ?? {}).map(([name, definition]) => ({
      ParameterKey: name,
      DefaultValue: definition.Default,
      ParameterType: definition.Type,
      NoEcho: String(definition.NoEcho ?? false) === 'true',
      Description: definition.Description,
    })),
    Capabilities: capabilities,
    CapabilitiesReason:
      capabilities.length > 0 ? 'The following resource(s) require capabilities: [AWS::IAM::Role]' : undefined,
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Metadata: template.Metadata && JSON.stringify(template.Metadata),
  };
}
