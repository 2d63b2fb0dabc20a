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

const needed = (action: string, names: readonly string[], world: World): Needed[] =>
  names.map(name => ({ action: `cloudwatch:${action}`, resource: world.arn('cloudwatch', `alarm:${name}`) }));
