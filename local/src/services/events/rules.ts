// documented: API reference of each operation
// unverified: the words of most refusals
import { checked } from '../../core/checked';
import { type Operation, ServiceError, type World } from '../../core/service';
import { type Input, type MemberRules } from '../../core/shape';
import { MEMBERS, RULES, TARGETS, type target } from './constraints';
import { invalid, limitExceeded, noBus, noRule } from './errors';
import { type Pattern, parsePattern } from './pattern';
import { type Schedule, parseSchedule } from './schedule';

export type Target = Input<typeof target>;

/** A rule of the default event bus. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly roleArn?: string;
  readonly state: string;
  readonly pattern?: Pattern;
  readonly schedule?: Schedule;
  /** The targets by id. */
  readonly targets: Map<string, Target>;
  /** The time up to which the schedule was checked, in milliseconds since the epoch. */
  readonly firedUntil: number;
}

/** The rules of the default event bus. */
export class Rules {
  readonly byName = new Map<string, Rule>();

  /** The rules that are enabled. */
  enabled(): Rule[] {
    return [...this.byName.values()].filter(({ state }) => state !== 'DISABLED');
  }

  /** Throws ResourceNotFoundException. */
  find(name: string): Rule {
    const rule = this.byName.get(name);
    if (!rule) throw noRule(name);
    return rule;
  }

  set(rule: Rule): void {
    this.byName.set(rule.name, rule);
  }

  operations(): Record<string, Operation> {
    return {
      PutRule: onRule('PutRule', MEMBERS.PutRule, (input, world) => this.put(input, world)),
      DeleteRule: onRule('DeleteRule', MEMBERS.OfRule, ({ Name }) => {
        // captured: public report, for the words
        if (this.find(Name).targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
        this.byName.delete(Name);
      }),
      DescribeRule: onRule('DescribeRule', MEMBERS.OfRule, ({ Name }) => describe(this.find(Name))),
      EnableRule: onRule('EnableRule', MEMBERS.OfRule, ({ Name }, world) => {
        // a schedule starts when its rule is enabled.
        this.set({ ...this.find(Name), state: 'ENABLED', firedUntil: world.clock.now() });
      }),
      DisableRule: onRule('DisableRule', MEMBERS.OfRule, ({ Name }) => {
        this.set({ ...this.find(Name), state: 'DISABLED' });
      }),
      ListRules: onRule('ListRules', MEMBERS.ListRules, ({ NamePrefix = '', ...paging }) => {
        const names = [...this.byName.keys()].filter(name => name.startsWith(NamePrefix)).sort();
        const { items, NextToken } = page(names, paging);
        return { Rules: items.map(name => describe(this.find(name))), NextToken };
      }),
      PutTargets: onRule('PutTargets', MEMBERS.PutTargets, ({ Rule, Targets }) => {
        const targets = new Map(this.find(Rule).targets);
        if (new Set(Targets.map(({ Id }) => Id)).size < Targets.length) {
          throw invalid('Duplicate target ids are not allowed in one request.');
        }
        for (const each of Targets) targets.set(each.Id, checkTarget(each));
        // documented: General Reference, for the quota
        if (targets.size > TARGETS) throw limitExceeded('The requested resource exceeds the maximum number allowed.');
        this.set({ ...this.find(Rule), targets });
        return { FailedEntryCount: 0, FailedEntries: [] };
      }),
      RemoveTargets: onRule('RemoveTargets', MEMBERS.RemoveTargets, ({ Rule, Ids }) => {
        const { targets } = this.find(Rule);
        const missing = Ids.filter(id => !targets.delete(id));
        const FailedEntries = missing.map(TargetId => ({
          TargetId,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Rule ${Rule} does not have a target with the Id ${TargetId}.`,
        }));
        return { FailedEntryCount: missing.length, FailedEntries };
      }),
      ListTargetsByRule: onRule('ListTargetsByRule', MEMBERS.ListTargetsByRule, ({ Rule, ...paging }) => {
        const { items, NextToken } = page([...this.find(Rule).targets.values()], paging);
        return { Targets: items, NextToken };
      }),
    };
  }

  private put(input: Input<typeof MEMBERS.PutRule>, world: World): object {
    const { Name: name, EventPattern: eventPattern, ScheduleExpression: scheduleExpression } = input;
    if (eventPattern === undefined && scheduleExpression === undefined) {
      throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    const existing = this.byName.get(name);
    // documented: General Reference, for the quota
    if (!existing && this.byName.size >= RULES) {
      throw limitExceeded('The requested resource exceeds the maximum number allowed.');
    }
    const arn = ruleArn(name, world);
    this.set({
      name,
      arn,
      description: input.Description,
      eventPattern,
      scheduleExpression,
      roleArn: input.RoleArn,
      state: input.State ?? 'ENABLED',
      pattern: eventPattern === undefined ? undefined : parsePattern(eventPattern),
      schedule: scheduleExpression === undefined ? undefined : parseSchedule(scheduleExpression),
      targets: existing?.targets ?? new Map(),
      firedUntil: world.clock.now(),
    });
    return { RuleArn: arn };
  }
}

interface OfRule {
  readonly Name?: string;
  readonly Rule?: string;
  readonly EventBusName?: string;
}

/** An operation on one rule or all rules of the default bus. */
function onRule<M extends MemberRules>(
  action: string,
  members: M,
  run: (input: Input<M>, world: World) => unknown,
): Operation {
  return checked(invalid, {
    members,
    needs: (input, world) => {
      const { Name, Rule = Name ?? '*' } = input as OfRule;
      return [{ action: `events:${action}`, resource: ruleArn(Rule, world) }];
    },
    run: (input, { world }) => {
      checkBus((input as OfRule).EventBusName);
      return run(input, world);
    },
  });
}

function checkBus(name: string | undefined): void {
  if (name !== undefined && name !== 'default' && !name.endsWith(':event-bus/default')) throw noBus(name);
}

function checkTarget(given: Target): Target {
  const { Id, Arn, RoleArn, Input: input, InputPath, InputTransformer } = given;
  if ([input, InputPath, InputTransformer].filter(each => each !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  }
  if (input !== undefined && !isJson(input)) throw invalid(`JSON syntax error in input for target ${Id}`);
  if (!/^arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:.+$/.test(Arn)) {
    throw invalid(`Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  }
  if (RoleArn === undefined && Arn.split(':')[2] === 'states') throw invalid(`RoleArn is required for target ${Arn}.`);
  return given;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function page<T>(
  items: readonly T[],
  { Limit = 100, NextToken = '0' }: { readonly Limit?: number; readonly NextToken?: string },
): { items: readonly T[]; NextToken?: string } {
  if (!/^\d{1,9}$/.test(NextToken)) throw new ServiceError('ValidationException', 'Parameter NextToken is not valid.');
  const next = Number(NextToken) + Limit;
  return {
    items: items.slice(Number(NextToken), next),
    ...(next < items.length && { NextToken: String(next) }),
  };
}

const ruleArn = (name: string, world: World): string => world.arn('events', `rule/${name}`);

const describe = ({ name, arn, description, eventPattern, scheduleExpression, roleArn, state }: Rule) => ({
  Name: name,
  Arn: arn,
  Description: description,
  EventPattern: eventPattern,
  ScheduleExpression: scheduleExpression,
  RoleArn: roleArn,
  State: state,
  EventBusName: 'default',
});
