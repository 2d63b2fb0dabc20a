// documented: API reference of each operation; authorization reference
import {
  type CallContext,
  type Members,
  type Needed,
  type Operation,
  type Service,
  ServiceError,
  type World,
} from '../core/service';

/** A line in a log. */
export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** A log group. */
export interface LogGroup {
  readonly logGroupName: string;
  readonly creationTime: number;
  /** Absent: events never expire. */
  retentionInDays?: number;
  readonly streams: Map<string, LogEvent[]>;
}

/** Amazon CloudWatch Logs. */
export class Logs implements Service {
  readonly signingName = 'logs';
  readonly protocol = 'json';
  readonly targetPrefix = 'Logs_20140328';
  readonly groups = new Map<string, LogGroup>();

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateLogGroup: {
      needs: onGroup('CreateLogGroup'),
      run: ({ logGroupName }, { world }) => {
        checkName(logGroupName);
        if (this.groups.has(logGroupName)) throw exists('The specified log group already exists');
        this.groups.set(logGroupName, { logGroupName, creationTime: world.clock.now(), streams: new Map() });
      },
    },
    DeleteLogGroup: {
      needs: onGroup('DeleteLogGroup'),
      run: input => {
        this.groups.delete(this.group(input).logGroupName);
      },
    },
    DescribeLogGroups: {
      needs: onGroup('DescribeLogGroups'),
      run: (input, context) => this.describeGroups(input, context),
    },
    PutRetentionPolicy: {
      needs: onGroup('PutRetentionPolicy'),
      run: input => {
        this.group(input).retentionInDays = checkRetention(input.retentionInDays);
      },
    },
    DeleteRetentionPolicy: {
      needs: onGroup('DeleteRetentionPolicy'),
      run: input => {
        delete this.group(input).retentionInDays;
      },
    },
    CreateLogStream: {
      needs: onStream('CreateLogStream'),
      run: input => {
        const { streams } = this.group(input);
        if (streams.has(input.logStreamName)) throw exists('The specified log stream already exists');
        streams.set(input.logStreamName, []);
      },
    },
    PutLogEvents: {
      needs: onStream('PutLogEvents'),
      run: input => {
        const stream = this.group(input).streams.get(input.logStreamName);
        if (!stream) throw notFound('The specified log stream does not exist.');
        stream.push(...input.logEvents);
        return { nextSequenceToken: String(stream.length) };
      },
    },
    FilterLogEvents: {
      needs: onGroup('FilterLogEvents'),
      run: input => this.filterEvents(input),
    },
  };

  /** The messages of a group in order. None if the group does not exist. */
  messages(logGroupName: string): string[] {
    const group = this.groups.get(logGroupName);
    return group ? eventsOf(group).map(({ message }) => message) : [];
  }

  private group({ logGroupName, logGroupIdentifier }: Members): LogGroup {
    const name: string = logGroupName ?? logGroupIdentifier?.split(':log-group:').pop();
    const group = this.groups.get(name);
    if (!group) throw notFound('The specified log group does not exist.');
    return group;
  }

  private describeGroups({ logGroupNamePrefix = '' }: Members, { world }: CallContext): object {
    const logGroups = [...this.groups.values()]
      .filter(({ logGroupName }) => logGroupName.startsWith(logGroupNamePrefix))
      .map(({ streams: _streams, ...group }) => ({
        ...group,
        arn: `${groupArn(group.logGroupName, world)}:*`,
        logGroupArn: groupArn(group.logGroupName, world),
      }));
    return { logGroups };
  }

  private filterEvents(input: Members): object {
    const { startTime = 0, endTime = Infinity, filterPattern, limit = 10_000, nextToken = '0' } = input;
    const matching = eventsOf(this.group(input)).filter(
      ({ timestamp, message }) => timestamp >= startTime && timestamp <= endTime && contains(message, filterPattern),
    );
    const from = Number(nextToken);
    const next = from + limit;
    return {
      events: matching.slice(from, next),
      ...(next < matching.length && { nextToken: String(next) }),
    };
  }
}

const eventsOf = ({ streams }: LogGroup) =>
  [...streams]
    .flatMap(([logStreamName, events]) => events.map(event => ({ logStreamName, ...event })))
    .sort((a, b) => a.timestamp - b.timestamp);

/** A message must contain all terms, in quotes or bare. Patterns over JSON are not supported. */
function contains(message: string, pattern = ''): boolean {
  if (pattern.startsWith('{'))
    throw new ServiceError('InvalidParameterException', 'the local AWS filters by terms only');
  const terms = pattern.match(/"[^"]*"|\S+/g) ?? [];
  return terms.every(term => message.includes(term.replaceAll('"', '')));
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && /^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) return;
  throw new ServiceError('InvalidParameterException', `${JSON.stringify(name)} is not a valid log group name`);
}

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function checkRetention(days: unknown): number {
  if (RETENTIONS.includes(Number(days))) return Number(days);
  throw new ServiceError('InvalidParameterException', `retentionInDays must be one of ${RETENTIONS.join(', ')}`);
}

const groupArn = (name: string, world: World): string => world.arn('logs', `log-group:${name}`);

const onGroup =
  (action: string) =>
  ({ logGroupName = '*' }: Members, world: World): Needed[] => [
    { action: `logs:${action}`, resource: groupArn(logGroupName, world) },
  ];

const onStream =
  (action: string) =>
  ({ logGroupName, logStreamName }: Members, world: World): Needed[] => [
    { action: `logs:${action}`, resource: `${groupArn(logGroupName, world)}:log-stream:${logStreamName}` },
  ];

const exists = (message: string) => new ServiceError('ResourceAlreadyExistsException', message);
const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
