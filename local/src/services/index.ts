import { type CredentialStore } from '../core/credentials';
import { type Endpoint } from '../core/endpoint';
import { type FunctionLine } from '../core/request-log';
import { type InternalCall, type Principal, type Service, type World } from '../core/service';
import { CloudFormation } from './cloudformation/service';
import { CloudWatch } from './cloudwatch';
import { stackStatusChange } from './events/event';
import { Events } from './events/service';
import { Glue } from './glue/service';
import { Iam } from './iam/service';
import { IotJobsData } from './iot/jobs-data';
import { Iot } from './iot/service';
import { type Inspection } from './lambda/inspection';
import { Lambda } from './lambda/service';
import { Logs } from './logs';
import { S3 } from './s3/service';
import { SecretsManager } from './secrets-manager';
import { Sns } from './sns';
import { Sqs } from './sqs';
import { Ssm } from './ssm';
import { StepFunctions } from './step-functions/service';
import { Sts } from './sts';
import { WeChat } from './wechat/service';

/** What services need. `world` makes the world of one service, in whose name it calls the others. */
export interface ServiceParts {
  readonly world: (servicePrincipal: string) => World;
  readonly credentials: CredentialStore;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Milliseconds before the retries of a failed asynchronous invocation or delivery of an event. */
  readonly asyncRetryDelays: readonly number[];
  /** Is told what functions write. */
  readonly watch: (line: FunctionLine) => void;
  /** How functions are opened to a debugger, if they are. */
  readonly inspection?: Inspection;
}

/**
 * Every service of the local AWS, and the other endpoints. To add one, only add it here: its key is its name on
 * LocalAws.
 */
export function createServices({ world, credentials, callAs, asyncRetryDelays, watch, inspection }: ServiceParts) {
  const iam = new Iam();
  const cloudFormation = new CloudFormation(world('cloudformation.amazonaws.com'));
  const events = new Events({
    world: world('events.amazonaws.com'),
    callAs,
    mayAssume: roleArn => iam.trusts(roleArn, 'events.amazonaws.com'),
    retryDelays: asyncRetryDelays,
  });
  const iot = new Iot(world('iot.amazonaws.com'));
  cloudFormation.onStackStatus(stack => events.publish(stackStatusChange(stack)));
  return {
    cloudFormation,
    cloudWatch: new CloudWatch(),
    events,
    glue: new Glue(world('glue.amazonaws.com')),
    iam,
    iot,
    iotJobsData: new IotJobsData(iot.devices),
    lambda: new Lambda({
      world: world('lambda.amazonaws.com'),
      credentials,
      callAs,
      asyncRetryDelays,
      watch,
      inspection,
      mayAssume: roleArn => iam.trusts(roleArn, 'lambda.amazonaws.com'),
    }),
    logs: new Logs(),
    s3: new S3(world('s3.amazonaws.com')),
    secretsManager: new SecretsManager(),
    sns: new Sns(),
    sqs: new Sqs(),
    ssm: new Ssm(world('ssm.amazonaws.com')),
    stepFunctions: new StepFunctions({
      world: world('states.amazonaws.com'),
      callAs,
      mayAssume: roleArn => iam.trusts(roleArn, 'states.amazonaws.com'),
      publish: event => events.publish(event),
    }),
    sts: new Sts(credentials),
    weChat: new WeChat(world('api.weixin.qq.com')),
  } satisfies Record<string, Service | Endpoint>;
}

export type Services = ReturnType<typeof createServices>;

export const isEndpoint = (each: Service | Endpoint): each is Endpoint => 'recordedAs' in each;
