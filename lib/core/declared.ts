import { Stack, Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { isInTree } from './tree';
import { invalid } from './validation';

type Groups<T> = Map<string, T[]>;

/** What a scope declares, with the identities as they were given. */
interface Declarations<T> {
  readonly entries: { readonly construct: T; readonly identity: readonly string[] }[];
  /** By identities as they were known at the declaration. */
  readonly early: Groups<T>;
  /** By identities as they are known now, and how many entries this index covers. */
  late?: { readonly size: number; readonly groups: Groups<T>; readonly indexes: Map<T, number> };
}

/**
 * What stacks declare of one kind, in the order of declaration. Constructs enter themselves, so that no construct must
 * walk over the tree.
 */
export class Declared<T extends IConstruct> {
  private readonly declarations = new WeakMap<IConstruct, Declarations<T>>();

  /** @param scopeOf the scope that a construct is declared in: by default its stack */
  constructor(private readonly scopeOf: (construct: IConstruct) => IConstruct = Stack.of) {}

  /**
   * Enters a construct.
   *
   * @param identity what it is looked up by. Tokens are compared by what they resolve to
   */
  public add(construct: T, ...identity: string[]): void {
    this.of(construct).entries.push({ construct, identity });
  }

  /**
   * Refuses a second construct for one artifact. A deployment would see a rename: each construct would take the
   * artifact over from the other.
   *
   * @param what the artifact, in words
   * @param identity what distinguishes it from others
   * @param isSame compares two constructs if the identity is not enough
   */
  public refuseSecond(
    construct: T,
    what: string,
    identity: string[],
    isSame: (other: T) => boolean = () => true,
  ): void {
    const { early } = this.of(construct);
    const group = groupOf(early, keyOf(construct, identity));
    const first = group.find(other => isInTree(other) && isSame(other));
    if (first) {
      throw invalid(construct, `${what} is declared twice, here and in ${first.node.path}: keep one of the two`);
    }
    group.push(construct);
  }

  /** The construct that is declared under an identity in the scope of another construct. */
  public beside(construct: IConstruct, ...identity: string[]): readonly T[] {
    return (this.late(construct).groups.get(keyOf(construct, identity)) ?? []).filter(isInTree);
  }

  /** The construct that was declared under the identity of a construct right before it. */
  public before(construct: T, ...identity: string[]): T | undefined {
    const { groups, indexes } = this.late(construct);
    const group = groups.get(keyOf(construct, identity)) ?? [];
    let index = (indexes.get(construct) ?? 0) - 1;
    while (index >= 0 && !isInTree(group[index])) index--;
    return group[index];
  }

  private of(construct: IConstruct): Declarations<T> {
    const scope = this.scopeOf(construct);
    const known = this.declarations.get(scope) ?? { entries: [], early: new Map() };
    this.declarations.set(scope, known);
    return known;
  }

  // identities are resolved as late as possible: logical ids can be overridden after the declaration.
  private late(construct: IConstruct) {
    const declarations = this.of(construct);
    const { entries, late } = declarations;
    if (late?.size === entries.length) return late;
    const groups: Groups<T> = new Map();
    const indexes = new Map<T, number>();
    for (const entry of entries) {
      const group = groupOf(groups, keyOf(entry.construct, entry.identity));
      indexes.set(entry.construct, group.push(entry.construct) - 1);
    }
    return (declarations.late = { size: entries.length, groups, indexes });
  }
}

function groupOf<T>(groups: Groups<T>, key: string): T[] {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  return group;
}

function keyOf(construct: IConstruct, identity: readonly string[]): string {
  const hasTokens = identity.some(part => Token.isUnresolved(part));
  return JSON.stringify(hasTokens ? Stack.of(construct).resolve(identity) : identity);
}
