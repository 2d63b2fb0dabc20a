// documented: API reference of each operation; authorization reference
import { randomUUID } from 'crypto';
import {
  type CallContext,
  type InternalCall,
  type Members,
  type Needed,
  type Operation,
  type Principal,
  type Service,
  ServiceError,
  type World,
} from '../../core/service';
import {
  type AsynchronousEvent,
  AsynchronousInvocations,
  type DuplicateOptions,
  type EventSelector,
} from './asynchronous';
import { type Invocation } from './execution-environment';
import { type Code, type FunctionConfiguration, configure, fetchCode, invalid } from './function';
import { type HostOptions, type HostedHandler, HostedRunner } from './hosted';
import { describeResult, invocationAnswer, readPayload } from './payloads';
import { type Result, Runner, type RunnerOptions } from './runner';

export interface LambdaOptions extends RunnerOptions {
  /** Milliseconds before the retries of a failed asynchronous invocation. */
  readonly asyncRetryDelays: readonly number[];
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Whether Lambda can assume a role. */
  readonly mayAssume: (roleArn: string) => boolean;
}

/** A function. */
export interface LambdaFunction {
  configuration: FunctionConfiguration;
  /** Absent if the function is hosted. */
  code?: Code;
  runner: Runner | HostedRunner;
  tags: Readonly<Record<string, string>>;
  /** Statements of the function's resource policy, by id. */
  readonly permissions: Map<string, object>;
  reservedConcurrency?: number;
  /**
   * How often a failed asynchronous invocation is retried. documented: developer guide, invocation-async-error-handling
   */
  maximumRetryAttempts: number;
}

const FUNCTIONS = '/2015-03-31/functions';

/**
 * AWS Lambda, for functions on Node.js. Each function has its own processes, on the Node.js that runs the local AWS.
 */
export class Lambda implements Service {
  readonly signingName = 'lambda';
  readonly protocol = 'rest-json';
  readonly functions = new Map<string, LambdaFunction>();
  private readonly asynchronous: AsynchronousInvocations;
  /** Includes replaced runners, because a running invocation runs to its end. */
  private readonly runners = new Set<Runner | HostedRunner>();

  constructor(private readonly options: LambdaOptions) {
    this.asynchronous = new AsynchronousInvocations(options.world.clock, options.asyncRetryDelays, invocation =>
      this.sendDeadLetter(invocation),
    );
  }

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateFunction: {
      http: `POST ${FUNCTIONS}`,
      status: 201,
      needs: onFunction('CreateFunction'),
      run: (input, context) => this.create(input, context),
    },
    ListFunctions: {
      http: `GET ${FUNCTIONS}`,
      needs: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
      run: () => ({ Functions: [...this.functions.values()].map(({ configuration }) => configuration) }),
    },
    GetFunction: {
      http: `GET ${FUNCTIONS}/{FunctionName}`,
      needs: onFunction('GetFunction'),
      run: input => {
        const { configuration, tags, reservedConcurrency } = this.find(input);
        return {
          Configuration: configuration,
          Code: { RepositoryType: 'S3' },
          Tags: tags,
          ...(reservedConcurrency !== undefined && {
            Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
          }),
        };
      },
    },
    GetFunctionConfiguration: {
      http: `GET ${FUNCTIONS}/{FunctionName}/configuration`,
      needs: onFunction('GetFunctionConfiguration'),
      run: input => this.find(input).configuration,
    },
    UpdateFunctionConfiguration: {
      http: `PUT ${FUNCTIONS}/{FunctionName}/configuration`,
      needs: onFunction('UpdateFunctionConfiguration'),
      run: (input, { world }) => {
        const found = this.find(input);
        const configuration = configure(found.configuration, input, world);
        this.checkRole(configuration.Role);
        return this.replace(found, configuration, packaged(found));
      },
    },
    UpdateFunctionCode: {
      http: `PUT ${FUNCTIONS}/{FunctionName}/code`,
      needs: onFunction('UpdateFunctionCode'),
      run: async (input, { world }) => {
        const found = this.find(input);
        const code = await fetchCode(input, world);
        return this.replace(found, withCode(configure(found.configuration, input, world), code), code);
      },
    },
    DeleteFunction: {
      http: `DELETE ${FUNCTIONS}/{FunctionName}`,
      status: 204,
      needs: onFunction('DeleteFunction'),
      run: async input => {
        const { configuration, runner } = this.find(input);
        this.functions.delete(configuration.FunctionName);
        await runner.retire();
      },
    },
    Invoke: {
      http: `POST ${FUNCTIONS}/{FunctionName}/invocations`,
      headers: { 'x-amz-invocation-type': 'InvocationType', 'x-amz-log-type': 'LogType' },
      payload: 'Payload',
      needs: onFunction('InvokeFunction'),
      run: input => this.invoke(input),
      answer: invocationAnswer,
    },
    PutFunctionConcurrency: {
      http: 'PUT /2017-10-31/functions/{FunctionName}/concurrency',
      needs: onFunction('PutFunctionConcurrency'),
      run: input => {
        const { ReservedConcurrentExecutions } = input;
        this.find(input).reservedConcurrency = Number(ReservedConcurrentExecutions);
        return { ReservedConcurrentExecutions };
      },
    },
    DeleteFunctionConcurrency: {
      http: 'DELETE /2017-10-31/functions/{FunctionName}/concurrency',
      status: 204,
      needs: onFunction('DeleteFunctionConcurrency'),
      run: input => {
        delete this.find(input).reservedConcurrency;
      },
    },
    PutFunctionEventInvokeConfig: {
      http: 'PUT /2019-09-25/functions/{FunctionName}/event-invoke-config',
      needs: onFunction('PutFunctionEventInvokeConfig'),
      run: input => {
        const { MaximumRetryAttempts = 2 } = input;
        this.find(input).maximumRetryAttempts = Number(MaximumRetryAttempts);
        return { FunctionArn: this.find(input).configuration.FunctionArn, MaximumRetryAttempts };
      },
    },
    DeleteFunctionEventInvokeConfig: {
      http: 'DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config',
      status: 204,
      needs: onFunction('DeleteFunctionEventInvokeConfig'),
      run: input => {
        this.find(input).maximumRetryAttempts = 2;
      },
    },
    AddPermission: {
      http: `POST ${FUNCTIONS}/{FunctionName}/policy`,
      status: 201,
      needs: onFunction('AddPermission'),
      run: input => this.addPermission(input),
    },
    RemovePermission: {
      http: `DELETE ${FUNCTIONS}/{FunctionName}/policy/{StatementId}`,
      status: 204,
      needs: onFunction('RemovePermission'),
      run: input => {
        if (!this.find(input).permissions.delete(input.StatementId)) {
          throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
        }
      },
    },
    GetPolicy: {
      http: `GET ${FUNCTIONS}/{FunctionName}/policy`,
      needs: onFunction('GetPolicy'),
      run: input => {
        const Statement = [...this.find(input).permissions.values()];
        if (Statement.length === 0) throw notFound('The resource you requested does not exist.');
        return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement }) };
      },
    },
  };

  /**
   * Creates a function that runs in this process, and returns its ARN: for tests that look into a handler, and for a
   * debugger. The handler itself handles its log.
   */
  host(name: string, handler: HostedHandler, { role, timeout = 900 }: HostOptions = {}): string {
    const { world, credentials } = this.options;
    const input = {
      FunctionName: name,
      Role: role ?? HOSTED_ROLE,
      Handler: 'hosted',
      Runtime: 'nodejs',
      Timeout: timeout,
    };
    const configuration = configure(undefined, input, world);
    const runner = new HostedRunner(configuration, handler, { world, credentials, role });
    this.runners.add(runner);
    this.functions.set(name, { configuration, runner, tags: {}, permissions: new Map(), maximumRetryAttempts: 2 });
    return configuration.FunctionArn;
  }

  /** The events that were sent to functions asynchronously, oldest first, including CloudFormation's requests. */
  get asynchronousEvents(): readonly AsynchronousEvent[] {
    return this.asynchronous.events;
  }

  /**
   * Delivers the newest selected event that was sent to a function asynchronously again, and waits until the function
   * has handled it. Lambda sometimes does so, minutes later, because its queue is eventually consistent.
   *
   * @throws if no event is selected
   */
  async deliverAgain(selects: EventSelector): Promise<void> {
    await this.asynchronous.again(selects);
  }

  /** Delivers the next selected event twice, as Lambda sometimes does. The first delivery can still be in progress. */
  deliverTwice(selects: EventSelector, options?: DuplicateOptions): void {
    this.asynchronous.twice(selects, options);
  }

  /** Waits until no asynchronous invocation, nor a retry of one, is due or running. */
  async settled(): Promise<void> {
    await this.asynchronous.settled();
  }

  /** Kills environments by their access key or by the payload that they work on. */
  killWhere(selects: (accessKeyId: string, payload: string | undefined) => boolean): void {
    for (const runner of this.runners) runner.killWhere(selects);
  }

  /** Ends all processes and removes the unpacked files. */
  async stop(): Promise<void> {
    this.asynchronous.stop();
    this.functions.clear();
    await Promise.all([...this.runners].map(runner => runner.kill()));
    for (const { code } of this.runners) code?.remove();
  }

  private find({ FunctionName }: Members): LambdaFunction {
    const found = this.functions.get(functionName(FunctionName));
    if (found) return found;
    throw notFound(`Function not found: ${FunctionName}`);
  }

  private async create(input: Members, { world }: CallContext): Promise<FunctionConfiguration> {
    const { FunctionName, Code: location, Tags = {} } = input;
    if (this.functions.has(FunctionName)) {
      throw new ServiceError('ResourceConflictException', `Function already exist: ${FunctionName}`, 409);
    }
    const configured = configure(undefined, input, world);
    this.checkRole(configured.Role);
    const code = await fetchCode(location ?? {}, world);
    const configuration = withCode(configured, code);
    this.functions.set(FunctionName, {
      configuration,
      code,
      runner: this.runner(configuration, code),
      tags: Tags,
      permissions: new Map(),
      maximumRetryAttempts: 2,
    });
    return configuration;
  }

  private async replace(found: LambdaFunction, configuration: FunctionConfiguration, code: Code): Promise<object> {
    const { runner } = found;
    Object.assign(found, { configuration, code, runner: this.runner(configuration, code) });
    await runner.retire();
    return configuration;
  }

  private runner(configuration: FunctionConfiguration, code: Code): Runner {
    const runner = new Runner(configuration, code, this.options);
    this.runners.add(runner);
    return runner;
  }

  private checkRole(roleArn: string): void {
    if (!this.options.mayAssume(roleArn))
      throw invalid('The role defined for the function cannot be assumed by Lambda.');
  }

  private async invoke(input: Members): Promise<object> {
    const { InvocationType = 'RequestResponse', LogType } = input;
    const found = this.find(input);
    if (InvocationType === 'DryRun') return { StatusCode: 204 };
    const invocation = {
      requestId: randomUUID(),
      functionArn: found.configuration.FunctionArn,
      payload: readPayload(input.Payload, InvocationType),
    };
    if (InvocationType === 'Event') {
      if (found.runner instanceof Runner) await found.runner.idle();
      this.asynchronous.submit(invocation, 1 + found.maximumRetryAttempts, again => this.run(again));
      return { StatusCode: 202 };
    }
    return describeResult(await this.run(invocation), { withTail: LogType === 'Tail' });
  }

  /** Runs an invocation on the current version of the function. */
  private async run(invocation: Invocation): Promise<Result> {
    const { runner, reservedConcurrency } = this.find({ FunctionName: invocation.functionArn });
    return runner.invoke(invocation, reservedConcurrency);
  }

  /** Sends an event to the function's dead-letter queue, if it has one, in the name of the function's role. */
  private async sendDeadLetter({ functionArn, requestId, payload }: Invocation): Promise<void> {
    const found = [...this.functions.values()].find(({ configuration }) => configuration.FunctionArn === functionArn);
    const { TargetArn } = (found?.configuration.DeadLetterConfig ?? {}) as { TargetArn?: string };
    if (!found || !TargetArn) return;
    const call = this.options.callAs({ kind: 'role', roleArn: found.configuration.Role, session: requestId });
    try {
      await call('sqs', 'SendMessage', { QueueUrl: TargetArn.split(':').at(-1), MessageBody: payload });
    } catch (error) {
      // Lambda itself counts it in DeadLetterErrors.
      if (!(error instanceof ServiceError)) throw error;
    }
  }

  private addPermission(input: Members): object {
    const { permissions, configuration } = this.find(input);
    const { StatementId, Action, Principal, SourceArn, SourceAccount } = input;
    if (permissions.has(StatementId)) {
      throw new ServiceError(
        'ResourceConflictException',
        `The statement id (${StatementId}) provided already exists.`,
        409,
      );
    }
    const conditions = {
      ...(SourceArn && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
      ...(SourceAccount && { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
    };
    const statement = {
      Sid: StatementId,
      Effect: 'Allow',
      Principal: /^\d{12}$|^arn:|^\*$/.test(Principal) ? { AWS: Principal } : { Service: Principal },
      Action,
      Resource: configuration.FunctionArn,
      ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
    };
    permissions.set(StatementId, statement);
    return { Statement: JSON.stringify(statement) };
  }
}

/** The role in the configuration of a hosted function without a role. */
const HOSTED_ROLE = 'arn:aws:iam::000000000000:role/hosted';

function packaged({ code, configuration }: LambdaFunction): Code {
  if (code) return code;
  throw invalid(`${configuration.FunctionName} is hosted in the process of the local AWS: host it anew`);
}

const withCode = (configuration: FunctionConfiguration, { size, sha256 }: Code): FunctionConfiguration => ({
  ...configuration,
  CodeSize: size,
  CodeSha256: sha256,
});

/** A name, an ARN or a part of one, with or without qualifier. */
const functionName = (id: string): string =>
  /^(?:(?:arn:[^:]+:lambda:[^:]+:)?\d{12}:function:|function:)?([a-zA-Z0-9-_]+)(?::[$\w-]+)?$/.exec(id)?.[1] ?? id;

const onFunction =
  (action: string) =>
  ({ FunctionName }: Members, world: World): Needed[] => [
    { action: `lambda:${action}`, resource: world.arn('lambda', `function:${functionName(FunctionName)}`) },
  ];

const notFound = (message: string): ServiceError => new ServiceError('ResourceNotFoundException', message, 404);
