import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { type SweepBase } from '../sweep/sweep';

/** Of the 24 columns of a dashboard. */
const FULL = 24;
const HALF = 12;
const THIRD = 8;
const HEIGHT = 6;

const ZERO_BASED: cloudwatch.YAxisProps = { min: 0, showUnits: false };

/** The states of alarms, if there are any. */
export function alarmWidgets(alarms: readonly cloudwatch.Alarm[]): cloudwatch.IWidget[] {
  if (alarms.length === 0) return [];
  return [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: FULL })];
}

/** What a sweep did over time. */
export function sweepWidgets(sweep: SweepBase): cloudwatch.IWidget[] {
  const { stateMachine } = sweep;
  const { path } = sweep.node;
  return [
    graph(`${path}: removed and kept`, [
      sweep.metricRemoved({ label: 'removed' }),
      sweep.metricKept({ label: 'kept in a run' }),
    ]),
    graph(`${path}: failed, throttled, refused`, [
      sweep.metricFailed({ label: 'removals that failed' }),
      sweep.metricThrottled({ label: 'calls that were throttled' }),
      sweep.metricRefused({ label: 'runs that were refused' }),
    ]),
    graph(`${path}: runs`, [
      stateMachine.metricStarted({ label: 'started' }),
      stateMachine.metricSucceeded({ label: 'succeeded' }),
      stateMachine.metricFailed({ label: 'failed' }),
      stateMachine.metricTimedOut({ label: 'timed out' }),
      stateMachine.metricAborted({ label: 'aborted' }),
    ]),
  ];
}

/** The last runs of all sweeps: what they came to, and how their executions ended. */
export function runWidgets(providers: readonly ArtifactProvider[], sweeps: readonly SweepBase[]): cloudwatch.IWidget[] {
  return [
    table('Last runs', HALF, {
      logGroupNames: logGroupsOf(providers),
      queryLines: [
        'fields @timestamp, sweep, status, counts.removed, counts.kept, counts.failed',
        'filter record = "ended"',
        ...LAST,
      ],
    }),
    table('Last executions', HALF, {
      logGroupNames: logGroupsOf(sweeps),
      queryLines: [
        'fields @timestamp, type, execution_arn',
        'filter type in ["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]',
        ...LAST,
      ],
    }),
  ];
}

/** How a provider fares. */
export function providerWidgets(provider: ArtifactProvider): cloudwatch.IWidget[] {
  const { path } = provider.node;
  return [
    graph(`${path}: errors, throttles, dropped, refused`, [
      provider.metricErrors({ label: 'errors' }),
      provider.metricThrottles({ label: 'throttles' }),
      provider.metricDropped({ label: 'events dropped' }),
      provider.metricRefused({ label: 'refused in the stack' }),
    ]),
    graph(`${path}: duration in milliseconds`, [
      provider.metricDuration({ label: 'average' }),
      provider.metricDuration({ label: 'longest', statistic: cloudwatch.Stats.MAXIMUM }),
    ]),
    table(`${path}: last errors`, THIRD, {
      logGroupNames: [provider._logGroupName],
      queryLines: ['fields @timestamp, message', 'filter level = "ERROR"', ...LAST],
    }),
  ];
}

const LAST = ['sort @timestamp desc', 'limit 20'];

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.IWidget {
  return new cloudwatch.GraphWidget({ title, left, leftYAxis: ZERO_BASED, width: THIRD, height: HEIGHT });
}

function table(
  title: string,
  width: number,
  query: { readonly logGroupNames: string[]; readonly queryLines: string[] },
): cloudwatch.IWidget {
  return new cloudwatch.LogQueryWidget({ title, width, height: HEIGHT, ...query });
}

const logGroupsOf = (constructs: readonly { readonly _logGroupName: string }[]): string[] => [
  ...new Set(constructs.map(({ _logGroupName }) => _logGroupName)),
];
