import { StoppedClock, settle } from '../../../testing/clock';
import { Responses } from '../../src/core/responses';
import { type Members, ServiceError, type World } from '../../src/core/service';
import { type CustomResourceEvent } from '../../src/services/cloudformation/resource-types/custom-resource';
import { CloudFormation } from '../../src/services/cloudformation/service';

/** What a custom resource's function gets. */
export interface CustomEvent extends CustomResourceEvent {
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

/** Members of an answer; the ids of the request are filled in. A string is put as it is; `undefined` answers nothing. */
export type CustomAnswer = Record<string, unknown> | string | undefined;

export type CustomHandler = (event: CustomEvent) => CustomAnswer | Promise<CustomAnswer>;

export const TOKEN = 'arn:aws:lambda:us-east-1:111111111111:function:custom';

/** A CloudFormation whose neighbors are recorded, and whose custom resources are functions of the test. */
export class Harness {
  readonly clock = new StoppedClock();
  readonly calls: { name: string; input: Members }[] = [];
  /** Every event, in the order in which it was sent. */
  readonly events: CustomEvent[] = [];
  readonly responses = new Responses(this.clock, () => 'http://127.0.0.1:1', 'us-east-1');
  readonly parameters = new Map<string, string>();
  /** Of the one bucket, by key. */
  readonly objects = new Map<string, string>();
  readonly cloudFormation: CloudFormation;
  private readonly world: World;
  /** Calls that take longer than the others: operation and name. */
  readonly slow = new Set<string>();
  handler: CustomHandler;

  constructor(handler: CustomHandler = () => ({ PhysicalResourceId: 'thing' })) {
    this.handler = handler;
    const world: World = {
      region: 'us-east-1',
      account: '111111111111',
      partition: 'aws',
      endpoint: 'http://127.0.0.1:1',
      clock: this.clock,
      responses: this.responses,
      arn: (service, resource) => `arn:aws:${service}:us-east-1:111111111111:${resource}`,
      call: (service, operation, input) => this.call(`${service}:${operation}`, input),
    };
    this.world = world;
    this.cloudFormation = new CloudFormation(world);
  }

  /** `Create A`, `Update A thing` and so on, of all events. */
  get requests(): string[] {
    return this.events.map(({ RequestType, LogicalResourceId, PhysicalResourceId }) =>
      [RequestType, LogicalResourceId, PhysicalResourceId].filter(Boolean).join(' '),
    );
  }

  deploy(template: object, more: { disableRollback?: boolean; parameters?: Record<string, string> } = {}) {
    return this.cloudFormation.deploy({ stackName: 'Test', template, ...more });
  }

  /** Calls an operation, as over HTTP. */
  async operate(operation: string, input: object): Promise<Members> {
    const context = { world: this.world, principal: { kind: 'developer' } } as const;
    return this.cloudFormation.operations[operation].run(input, context);
  }

  /** The status of a stack once its operation has ended. */
  async settled(stackName: string): Promise<string> {
    const stack = this.cloudFormation.describe(stackName);
    if (!stack) throw new Error(`there is no stack ${stackName}`);
    while (stack.status.endsWith('_IN_PROGRESS')) await settle();
    return stack.status;
  }

  /** Waits until so many events have been sent. */
  async sent(count: number): Promise<void> {
    while (this.events.length < count) await settle();
  }

  put(event: CustomEvent, answer: CustomAnswer): void {
    const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
    const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
    const body = typeof answer === 'string' ? answer : JSON.stringify({ Status: 'SUCCESS', ...ids, ...answer });
    const url = new URL(event.ResponseURL);
    this.responses.put({
      method: 'PUT',
      path: url.pathname,
      query: url.searchParams,
      headers: {},
      body: Buffer.from(body),
    });
  }

  private async call(name: string, input: Members): Promise<Members> {
    this.calls.push({ name, input });
    await settle();
    if (this.slow.has(`${name} ${input.Name}`)) await settle();
    switch (name) {
      case 'lambda:Invoke':
        this.invoke(JSON.parse(input.Payload));
        return {};
      case 's3:GetObject':
        return { Body: Buffer.from(this.objects.get(input.Key) ?? '') };
      case 'ssm:PutParameter':
        if (!/^[\w./-]+$/.test(input.Name)) throw new ServiceError('ValidationException', 'Parameter name is invalid.');
        this.parameters.set(input.Name, input.Value);
        return {};
      case 'ssm:DeleteParameter':
        this.parameters.delete(input.Name);
        return {};
      case 'ssm:GetParameter':
        return { Parameter: { Value: this.parameters.get(input.Name) } };
      case 'ssm:GetParameters':
        return { Parameters: [{ Name: input.Names[0], Value: this.parameters.get(input.Names[0]) }] };
      default:
        throw new ServiceError('UnknownOperationException', `the test has no ${name}`);
    }
  }

  private invoke(event: CustomEvent): void {
    this.events.push(event);
    void (async () => {
      const answer = await this.handler(event);
      if (answer !== undefined) this.put(event, answer);
    })();
  }
}

/** A template of resources. */
export const stackOf = (Resources: object, more: object = {}): object => ({ Resources, ...more });

/** A custom resource. */
export const custom = (properties: object = {}, more: object = {}): object => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: TOKEN, ...properties },
  ...more,
});

/** A parameter of the parameter store: a resource that does little. */
export const parameter = (name: string, value: unknown = 'v', more: object = {}): object => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: name, Type: 'String', Value: value },
  ...more,
});
