import { type CallContext, type Needed, type Operation, type World } from './service';
import { type Input, type MemberRules, readInput } from './shape';

/** An operation whose input a table of members describes. */
export interface OperationDefinition<M extends MemberRules> {
  readonly members: M;
  /** Called before the input is read: members can be missing or wrong. Absent: by the authorization reference. */
  needs?(input: Partial<Input<M>>, world: World): readonly Needed[];
  /** Further permissions, beside those for the action itself. */
  alsoNeeds?(input: Partial<Input<M>>, world: World): readonly Needed[];
  run(input: Input<M>, context: CallContext): unknown;
}

/** An operation that first reads its input by its table. `refuse` makes the error for broken constraints. */
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
