/** All stacks of the account, by name or id, and their exports. */
// documented: user guide, "Get exported outputs from a deployed CloudFormation stack" and "Fn::GetStackOutput"
import { type StackOutputReference, referencesToImports } from './intrinsics';
import { type Stack, type StackOutput } from './stack';
import { validationError } from './template';

export interface Export {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

export class Stacks {
  private readonly all: Stack[] = [];

  [Symbol.iterator](): Iterator<Stack> {
    return this.all[Symbol.iterator]();
  }

  add(stack: Stack): void {
    this.all.push(stack);
  }

  /** Forgets a stack that was never deployed. */
  remove(stack: Stack): void {
    this.all.splice(this.all.indexOf(stack), 1);
  }

  /** Finds a stack by name or id. A deleted stack is only found by its id. */
  find(nameOrId: string): Stack | undefined {
    return this.all.find(
      stack => stack.id === nameOrId || (stack.name === nameOrId && stack.status !== 'DELETE_COMPLETE'),
    );
  }

  /** Throws ValidationError if there is none. */
  get(nameOrId: string): Stack {
    const stack = this.find(nameOrId);
    if (stack) return stack;
    // captured: public report, for the message
    throw validationError(`Stack with id ${nameOrId} does not exist`);
  }

  exports(): Export[] {
    return this.all
      .filter(({ status }) => status !== 'DELETE_COMPLETE')
      .flatMap(stack =>
        stack.outputs
          .filter(({ exportName }) => exportName !== undefined)
          .map(({ exportName, value }) => ({ name: exportName!, value, stack })),
      );
  }

  /** The names of the stacks that import an export. */
  importersOf(name: string): string[] {
    return this.all
      .filter(
        ({ deployed, status }) =>
          status !== 'DELETE_COMPLETE' && deployed && referencesToImports(deployed.template).has(name),
      )
      .map(stack => stack.name);
  }

  importValue(name: string): string {
    const found = this.exports().find(entry => entry.name === name);
    if (found) return found.value;
    // captured: public report, for the message
    throw validationError(`No export named ${name} found. Rollback requested by user.`);
  }

  /** The value of `Fn::GetStackOutput`: a weak reference, which does not protect the stack or the output. */
  output({ stackName, outputName, region }: StackOutputReference, here: string): string {
    if (region !== undefined && region !== here) {
      throw validationError(`The local AWS only has the region ${here}: there is no stack ${stackName} in ${region}`);
    }
    const found = this.get(stackName).outputs.find(({ key }) => key === outputName);
    if (found) return found.value;
    // unverified: the wording.
    throw validationError(`Output ${outputName} does not exist in stack ${stackName}`);
  }

  /** Throws if another stack exports one of the new outputs' names, or imports a name that is not among them. */
  checkExports(stack: Stack, before: readonly StackOutput[], after: readonly StackOutput[]): void {
    const names = new Set(after.map(({ exportName }) => exportName));
    for (const { name, stack: other } of this.exports()) {
      if (other !== stack && names.has(name)) {
        // captured: public report, for the message
        throw validationError(`Export with name ${name} is already exported by stack ${other.name}`);
      }
    }
    for (const { exportName, value } of before) {
      if (exportName === undefined) continue;
      const isSame = after.some(output => output.exportName === exportName && output.value === value);
      const importers = isSame ? [] : this.importersOf(exportName);
      if (importers.length > 0) {
        const verb = names.has(exportName) ? 'update' : 'delete';
        // captured: public report, for the message
        throw validationError(`Cannot ${verb} export ${exportName} as it is in use by ${importers.join(', ')}`);
      }
    }
  }
}
