// documented: API reference, PutMetricAlarm, Dimension and PutDashboard; authorization reference
// unverified: the codes for names and bodies of dashboards
import { type Members, type Needed, type Operation, type Service, ServiceError, type World } from '../core/service';

/** Amazon CloudWatch: keeps alarms and dashboards. The alarms never ring. */
export class CloudWatch implements Service {
  readonly signingName = 'monitoring';
  readonly protocol = 'query';
  readonly xmlNamespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  /** The alarms as they were put, by name. */
  readonly alarms = new Map<string, Members>();
  /** The bodies of the dashboards as JSON, by name. */
  readonly dashboards = new Map<string, string>();

  readonly operations: Readonly<Record<string, Operation>> = {
    PutMetricAlarm: {
      needs: ({ AlarmName }, world) => needed('PutMetricAlarm', [AlarmName], world),
      run: input => {
        if (!/^[^\p{C}]{1,255}$/u.test(input.AlarmName ?? '')) {
          throw new ServiceError('ValidationError', 'AlarmName must have 1 to 255 characters');
        }
        for (const { Name, Value } of dimensionsOf(input)) checkDimension(Name, Value);
        checkPeriods(input);
        this.alarms.set(input.AlarmName, input);
      },
    },
    DeleteAlarms: {
      needs: ({ AlarmNames }, world) => needed('DeleteAlarms', AlarmNames, world),
      run: ({ AlarmNames }) => {
        for (const name of AlarmNames) this.alarms.delete(name);
      },
    },
    PutDashboard: {
      needs: ({ DashboardName }, world) => neededOnDashboards('PutDashboard', [DashboardName], world),
      run: ({ DashboardName, DashboardBody }) => {
        if (!/^[A-Za-z0-9_-]{1,255}$/.test(DashboardName ?? '')) {
          throw new ServiceError(
            'InvalidParameterValue',
            `DashboardName must have 1 to 255 of the characters A-Z, a-z, 0-9, - and _, got ${JSON.stringify(DashboardName)}`,
          );
        }
        checkDashboard(DashboardBody);
        this.dashboards.set(DashboardName, DashboardBody);
        return { DashboardValidationMessages: [] };
      },
    },
    DeleteDashboards: {
      needs: ({ DashboardNames }, world) => neededOnDashboards('DeleteDashboards', DashboardNames, world),
      run: ({ DashboardNames }) => {
        for (const name of DashboardNames) this.dashboards.delete(name);
      },
    },
  };
}

/** The dimensions of the alarm's metric, or of the metrics from which it computes. */
const dimensionsOf = ({ Dimensions = [], Metrics = [] }: Members): { Name: string; Value: string }[] => [
  ...Dimensions,
  ...Metrics.flatMap((each: Members) => each.MetricStat?.Metric?.Dimensions ?? []),
];

const ASCII = /^(?=.*\S)[\x20-\x7e]+$/;

/**
 * By the API reference of Dimension: ASCII, no control characters, at least one character that is not a blank, no
 * leading colon.
 */
function checkDimension(name: string, value: string): void {
  if (name.length > 255 || !ASCII.test(name) || name.startsWith(':')) throw invalidDimension('name', name);
  if (value.length > 1024 || !ASCII.test(value)) throw invalidDimension('value', value);
}

/** unverified: the code and the wording. */
const invalidDimension = (what: string, text: string) =>
  new ServiceError('InvalidParameterValue', `The ${what} of a dimension must be ASCII, got ${JSON.stringify(text)}`);

const needed = (action: string, names: readonly string[], world: World): Needed[] =>
  names.map(name => ({ action: `cloudwatch:${action}`, resource: world.arn('cloudwatch', `alarm:${name}`) }));

/** The ARN of a dashboard has no region: it is the same in all regions. */
const neededOnDashboards = (action: string, names: readonly string[], { account }: World): Needed[] =>
  names.map(name => ({ action: `cloudwatch:${action}`, resource: `arn:aws:cloudwatch::${account}:dashboard/${name}` }));

/** The most widgets of a dashboard. documented: user guide, cloudwatch_limits */
const WIDGETS = 500;

function checkDashboard(body: string): void {
  const widgets = widgetsOf(body);
  if (Array.isArray(widgets) && widgets.length <= WIDGETS) return;
  throw new ServiceError(
    'InvalidParameterInput',
    `The dashboard body must be JSON with at most ${WIDGETS} widgets, got ${String(body).slice(0, 60)}`,
  );
}

function widgetsOf(body: string): unknown {
  try {
    return JSON.parse(body).widgets;
  } catch {
    return undefined;
  }
}

/**
 * The most seconds that an alarm can look back, by the API reference of PutMetricAlarm: fewer if its periods are
 * shorter than an hour.
 */
function checkPeriods({ Period, EvaluationPeriods = 1, Metrics = [] }: Members): void {
  const periods = [Period, ...Metrics.map((each: Members) => each.MetricStat?.Period)].filter(Boolean).map(Number);
  const period = Math.max(0, ...periods);
  const longest = period < 3600 ? 86_400 : 604_800;
  if (period * Number(EvaluationPeriods) <= longest) return;
  throw new ServiceError(
    'ValidationError',
    `Metrics cannot be checked across more than ${longest} seconds: got ${EvaluationPeriods} periods of ${period} seconds`,
  );
}
