import { CloudFormation } from '../cloudformation';
import { CredentialStore } from '../credentials';
import { Glue } from '../glue';
import { Iam } from '../iam/iam';
import { Iot } from '../iot';
import { Lambda } from '../lambda/lambda';
import { S3 } from '../s3/s3';
import { InternalCall, Principal, Service, World } from '../service';
import { Logs } from './logs';
import { SecretsManager } from './secrets-manager';
import { Ssm } from './ssm';
import { Sts } from './sts';

/** What services are made of. `world` makes the world of one service, in whose name it calls the others. */
export interface Surroundings {
  readonly world: (servicePrincipal: string) => World;
  readonly credentials: CredentialStore;
  /** Makes calls in a principal's name. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Milliseconds before the retries of a failed asynchronous invocation. */
  readonly asyncRetryDelays: readonly number[];
}

/** Every service of the local AWS. To add one, add it here: its key is its name on LocalAws. */
export function createServices({ world, credentials, callAs, asyncRetryDelays }: Surroundings) {
  const iam = new Iam();
  return {
    cloudFormation: new CloudFormation(world('cloudformation.amazonaws.com')),
    glue: new Glue(world('glue.amazonaws.com')),
    iam,
    iot: new Iot(world('iot.amazonaws.com')),
    lambda: new Lambda({
      world: world('lambda.amazonaws.com'),
      credentials,
      callAs,
      asyncRetryDelays,
      mayAssume: roleArn => iam.trusts(roleArn, 'lambda.amazonaws.com'),
    }),
    logs: new Logs(),
    s3: new S3(world('s3.amazonaws.com')),
    secretsManager: new SecretsManager(),
    ssm: new Ssm(world('ssm.amazonaws.com')),
    sts: new Sts(credentials),
  } satisfies Record<string, Service>;
}

export type Services = ReturnType<typeof createServices>;
