import { Aws } from 'aws-cdk-lib';
import { type SweepConfig } from '../../contract/sweep';
import { type SliceRequest } from '../../contract/sweep-execution';

/** Seconds after which an invocation has certainly ended: Lambda allows 15 minutes. */
const INVOCATION_SECONDS = 16 * 60;

/** The request as Step Functions fills it in: a key that ends in `.$` has a path as its value. */
type Payload = { readonly [K in keyof SliceRequest as K | `${K}.$`]?: unknown };

/** The state machine of a sweep: it runs slices until one says that the sweep is over. */
export function sweepDefinition(functionArn: string, config: SweepConfig): object {
  const ask = (sweep: SliceRequest['sweep']) => {
    const payload: Payload = {
      sweep,
      config,
      stackId: Aws.STACK_ID,
      'execution.$': '$$.Execution.Id',
      'stateMachine.$': '$$.StateMachine.Id',
      'retryCount.$': '$$.State.RetryCount',
      'state.$': '$',
    };
    return {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
      Parameters: { FunctionName: functionArn, Payload: payload },
      OutputPath: '$.Payload',
      TimeoutSeconds: INVOCATION_SECONDS,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 5 }],
    };
  };
  const slice = (sweep: SliceRequest['sweep']) => ({
    ...ask(sweep),
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'GiveUp' }],
    Next: 'Choose',
  });
  const goOn = (next: string, state: string) => ({ Variable: '$.next', StringEquals: next, Next: state });
  return {
    Comment: config.name,
    StartAt: 'Begin',
    States: {
      // the input of an execution is not trusted, unlike the output of a slice.
      Begin: slice('BEGIN'),
      Slice: slice('SLICE'),
      Choose: {
        Type: 'Choice',
        Choices: [goOn('SLICE', 'Slice'), goOn('WAIT', 'Wait'), goOn('DONE', 'Succeeded')],
        Default: 'Failed',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Slice' },
      // CloudFormation can still wait for an answer that no slice has given.
      GiveUp: { ...ask('GIVE_UP'), Next: 'Failed' },
      Succeeded: { Type: 'Succeed' },
      Failed: { Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' },
    },
  };
}
