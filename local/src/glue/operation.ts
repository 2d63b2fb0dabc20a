/** Operations of the AWS Glue schema registry, each with the table of its members. */
import { type Definition, checked } from '../checked';
import type { Operation } from '../service';
import type { Members } from '../shape';
import { invalidInput } from './errors';

/**
 * An operation that reads its input by its table first.
 * unverified: that a broken constraint has the error type which every operation declares.
 */
export const operation = <M extends Members>(definition: Definition<M>): Operation => checked(invalidInput, definition);

export type Operations = Readonly<Record<string, Operation>>;
