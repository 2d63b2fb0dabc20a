import { type Stack } from 'aws-cdk-lib';
import { type Permission } from './permissions';

/** A service family: what distinguishes its provider from another's. */
export interface ProviderFamily {
  /** Id of the provider's construct in its stack. Frozen: the service token of a deployed resource may not change. */
  readonly constructId: string;
  /** Folder of the handler's bundle. */
  readonly bundle: string;
  readonly description: string;
  /** What the handler may do whatever artifacts the stack declares. */
  permissions(stack: Stack): readonly Permission[];
}
