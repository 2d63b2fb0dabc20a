import { type MatchedStatement, type NamedPolicy } from '../../core/policy';
import { type PolicyDocument } from './policies';

/** The parts of a statement that no call has needed. */
export interface UnusedGrant {
  readonly policyName: string;
  readonly sid?: string;
  /** The statement's actions that no call needed. */
  readonly actions: readonly string[];
  /** The statement's resources that no call needed. */
  readonly resources: readonly string[];
}

/** The parts of one role's statements that calls have needed. */
export class Usage {
  private readonly needed = new Set<string>();

  record(usages: readonly MatchedStatement[]): void {
    for (const { policyName, index, actions, resources } of usages) {
      for (const action of actions) this.needed.add(key(policyName, index, 'action', action));
      for (const resource of resources) this.needed.add(key(policyName, index, 'resource', resource));
    }
  }

  /** The Allow statements of these policies of which a part was never needed. */
  unused(policies: readonly NamedPolicy[]): UnusedGrant[] {
    return policies.flatMap(({ name, document }) =>
      [(document as PolicyDocument).Statement].flat().flatMap((statement, index) => {
        const { Effect, Sid, Action, Resource } = statement as Record<string, string | string[]>;
        if (Effect !== 'Allow') return [];
        const without = (kind: string, elements: string | string[] = []) =>
          [elements].flat().filter(element => !this.needed.has(key(name, index, kind, element)));
        const grant = { actions: without('action', Action), resources: without('resource', Resource) };
        if (grant.actions.length + grant.resources.length === 0) return [];
        return [{ policyName: name, ...(Sid && { sid: String(Sid) }), ...grant }];
      }),
    );
  }
}

const key = (...parts: (string | number)[]): string => parts.join('\n');
