/** Nested stacks. */
// documented: template reference, AWS::CloudFormation::Stack: what Ref and GetAtt return, and what replaces the
// resource
import { type Stack } from '../stack';
import { CANCELLED, ResourceFailure, type ResourceRequest, type ResourceType } from './resource-type';

/**
 * How the engine handles nested stacks: they wait for the root stack before they clean up or roll back. documented:
 * user guide, "Nested stacks"
 */
export interface NestedStacks {
  create(request: ResourceRequest): Promise<{ stack: Stack; failure?: string }>;
  update(request: ResourceRequest, stackId: string): Promise<{ stack: Stack; failure?: string }>;
  rollBack(stackId: string): Promise<Stack>;
  cleanUp(stackId: string): Promise<void>;
  delete(stackId: string): Promise<Stack>;
}

// captured: public report, for the reasons of a nested stack that failed
export function nestedStack(stacks: NestedStacks): ResourceType {
  return {
    async create(request) {
      const { stack, failure } = await stacks.create(request);
      if (failure === undefined) return made(stack);
      if (request.signal.aborted) throw new ResourceFailure(CANCELLED, stack.id);
      throw new ResourceFailure(`Embedded stack ${stack.id} was not successfully created: ${failure.trim()}`, stack.id);
    },
    async update(request) {
      const { stack, failure } = await stacks.update(request, request.physicalId);
      if (failure === undefined) return made(stack);
      if (request.signal.aborted) throw new ResourceFailure(CANCELLED, stack.id);
      throw new ResourceFailure(`Embedded stack ${stack.id} was not successfully updated: ${failure.trim()}`, stack.id);
    },
    async rollBack({ physicalId }) {
      const stack = await stacks.rollBack(physicalId);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED') return made(stack);
      throw new ResourceFailure(`Embedded stack ${stack.id} was not rolled back: ${stack.reason}`, stack.id);
    },
    cleanUp: ({ physicalId }) => stacks.cleanUp(physicalId),
    async delete({ physicalId }) {
      const stack = await stacks.delete(physicalId);
      if (stack.status === 'DELETE_COMPLETE') return;
      throw new ResourceFailure(`Embedded stack ${stack.id} was not successfully deleted: ${stack.reason}`);
    },
  };
}

const made = (stack: Stack) => ({
  physicalId: stack.id,
  attributes: Object.fromEntries(stack.outputs.map(({ key, value }) => [`Outputs.${key}`, value])),
});
