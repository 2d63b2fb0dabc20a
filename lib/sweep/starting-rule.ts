import { ScopedAws } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import { type IConstruct } from 'constructs';
import { rootStackOf } from '../core/environment';

/** An EventBridge rule that starts a sweep. */
export interface StartingRule {
  readonly id: string;
  readonly props: (sweep: IConstruct) => events.RuleProps;
}

/** Each deployment of the stack that succeeded; of a nested stack, of the outermost one around it. */
export const AFTER_DEPLOYMENT: StartingRule = {
  id: 'AfterDeployment',
  props: sweep => ({
    eventPattern: {
      source: ['aws.cloudformation'],
      detailType: ['CloudFormation Stack Status Change'],
      detail: {
        // not `stackId` of the stack: handed to a stack within, that of a nested one would make it depend on itself.
        'stack-id': [new ScopedAws(rootStackOf(sweep)).stackId],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    },
  }),
};

export const scheduled = (schedule: events.Schedule): StartingRule => ({
  id: 'Schedule',
  props: () => ({ schedule }),
});
