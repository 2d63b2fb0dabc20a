// captured: LocalStack, snapshots validated on AWS, for the names and the words
import { ServiceError } from '../../core/service';

// documented: API model, the declared errors
export const invalid = (message: string) => new ServiceError('ValidationException', message);
export const invalidArn = (arn: string) => new ServiceError('InvalidArn', `Invalid Arn: '${arn}'`);
export const invalidName = (name: string) => new ServiceError('InvalidName', `Invalid Name: '${name}'`);
export const invalidDefinition = (problem: string) =>
  new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${problem}'`);
export const noMachine = (arn: string) =>
  new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
export const noExecution = (arn: string) =>
  new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
export const noResource = (arn: string) => new ServiceError('ResourceNotFound', `Resource not found: '${arn}'`);
export const deleting = (arn: string) =>
  new ServiceError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
