import { type Members, type Needed, type Operation, type Service, ServiceError, type World } from '../service';

/** Amazon CloudWatch: keeps alarms, which never ring. */
export class CloudWatch implements Service {
  readonly signingName = 'monitoring';
  readonly protocol = 'query';
  readonly xmlNamespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  /** As they were put, by name. */
  readonly alarms = new Map<string, Members>();

  readonly operations: Readonly<Record<string, Operation>> = {
    PutMetricAlarm: {
      needs: ({ AlarmName }, world) => needed('PutMetricAlarm', [AlarmName], world),
      run: input => {
        if (!/^[^\p{C}]{1,255}$/u.test(input.AlarmName ?? '')) {
          throw new ServiceError('ValidationError', 'AlarmName must have 1 to 255 characters');
        }
        for (const { Name, Value } of dimensionsOf(input)) checkDimension(Name, Value);
        this.alarms.set(input.AlarmName, input);
      },
    },
    DeleteAlarms: {
      needs: ({ AlarmNames }, world) => needed('DeleteAlarms', AlarmNames, world),
      run: ({ AlarmNames }) => {
        for (const name of AlarmNames) this.alarms.delete(name);
      },
    },
  };
}

/** Those of the alarm's metric, or of the metrics that it computes with. */
const dimensionsOf = ({ Dimensions = [], Metrics = [] }: Members): { Name: string; Value: string }[] => [
  ...Dimensions,
  ...Metrics.flatMap((each: Members) => each.MetricStat?.Metric?.Dimensions ?? []),
];

const ASCII = /^(?=.*\S)[\x20-\x7e]+$/;

/** By the API reference of Dimension: ASCII, no control characters, at least one that is no blank, no leading colon. */
function checkDimension(name: string, value: string): void {
  if (name.length > 255 || !ASCII.test(name) || name.startsWith(':')) throw invalidDimension('name', name);
  if (value.length > 1024 || !ASCII.test(value)) throw invalidDimension('value', value);
}

/** unverified: the code and the wording. */
const invalidDimension = (what: string, text: string) =>
  new ServiceError('InvalidParameterValue', `The ${what} of a dimension must be ASCII, got ${JSON.stringify(text)}`);

const needed = (action: string, names: readonly string[], world: World): Needed[] =>
  names.map(name => ({ action: `cloudwatch:${action}`, resource: world.arn('cloudwatch', `alarm:${name}`) }));
