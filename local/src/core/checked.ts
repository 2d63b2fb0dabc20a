import { type CallContext, type Needed, type Operation, type World } from './service';
import { type Input, type MemberRules, readInput } from './shape';

/** An operation whose input is described by a table of members. */
export interface OperationDefinition<M extends MemberRules> {
  readonly members: M;
  /** Asked before the input is read: members may be missing or wrong. Absent: by the authorization reference. */
  needs?(input: Partial<Input<M>>, world: World): readonly Needed[];
  /** Permissions besides those for the action itself. */
  alsoNeeds?(input: Partial<Input<M>>, world: World): readonly Needed[];
  run(input: Input<M>, context: CallContext): unknown;
}

/** An operation that reads its input by its table first. `refuse` makes the error of broken constraints. */
export function checked<M extends MemberRules>(
  refuse: (message: string) => Error,
  definition: OperationDefinition<M>,
): Operation {
  const { members, needs, alsoNeeds } = definition;
  return {
    members: Object.keys(members),
    needs: needs && ((input, world) => needs(input ?? {}, world)),
    alsoNeeds,
    run: (input, context) => definition.run(readInput(members, input, refuse), context),
  };
}
