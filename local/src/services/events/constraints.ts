/** The documented constraints of the members of an input to Amazon EventBridge. */
// documented: API model
import { decimal, integer, list, map, oneOf, required, structure, text } from '../../core/shape';

/** The most rules of an event bus. documented: General Reference */
export const RULES = 300;

/** The most targets of a rule. documented: General Reference */
export const TARGETS = 5;

/** The most bytes of all entries of a PutEvents. documented: API reference, PutEvents */
export const ENTRIES_BYTES = 262_144;

const ruleName = text({ min: 1, max: 64, pattern: /[.\-_A-Za-z0-9]+/ });
const EventBusName = text({
  min: 1,
  max: 1600,
  pattern: /(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+/,
});
const arn = text({ min: 1, max: 1600 });
const roleArn = text({ min: 1, max: 1600 });
const page = { Limit: integer({ min: 1, max: 100 }), NextToken: text({ min: 1, max: 2048 }) };
const targetId = text({ min: 1, max: 64, pattern: /[.\-_A-Za-z0-9]+/ });
const ofRule = { Name: required(ruleName), EventBusName };
const state = oneOf('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
const tags = list(structure({ Key: required(text({ min: 1, max: 128 })), Value: required(text({ max: 256 })) }));

/** A target of a rule. */
export const target = {
  Id: required(targetId),
  Arn: required(arn),
  RoleArn: roleArn,
  Input: text({ max: 8192 }),
  InputPath: text({ max: 256 }),
  InputTransformer: structure({
    InputPathsMap: map(text({ min: 1, max: 256, pattern: /[A-Za-z0-9_-]+/ }), text({ max: 256 }), { max: 100 }),
    InputTemplate: required(text({ min: 1, max: 8192 })),
  }),
  RetryPolicy: structure({
    MaximumRetryAttempts: integer({ min: 0, max: 185 }),
    MaximumEventAgeInSeconds: integer({ min: 60, max: 86_400 }),
  }),
  DeadLetterConfig: structure({ Arn: text({ min: 1, max: 1600 }) }),
  SqsParameters: structure({ MessageGroupId: text({ max: 100 }) }),
};

export const MEMBERS = {
  PutRule: {
    ...ofRule,
    ScheduleExpression: text({ max: 256 }),
    EventPattern: text({ max: 4096 }),
    State: state,
    Description: text({ max: 512 }),
    RoleArn: roleArn,
    Tags: tags,
  },
  OfRule: ofRule,
  ListRules: { NamePrefix: ruleName, EventBusName, ...page },
  PutTargets: {
    Rule: required(ruleName),
    EventBusName,
    Targets: required(list(structure(target), { min: 1, max: 100 })),
  },
  RemoveTargets: { Rule: required(ruleName), EventBusName, Ids: required(list(targetId, { min: 1, max: 100 })) },
  ListTargetsByRule: { Rule: required(ruleName), EventBusName, ...page },
  PutEvents: {
    Entries: required(
      list(
        structure({
          Source: text(),
          DetailType: text(),
          Detail: text(),
          Resources: list(text({ max: 2048 })),
          Time: decimal(),
          EventBusName,
        }),
        { min: 1, max: 10 },
      ),
    ),
  },
} as const;
