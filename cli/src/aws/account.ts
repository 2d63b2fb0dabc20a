/** The account and region that a command looks at, by the user's own credentials. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GlueClient } from '@aws-sdk/client-glue';
import { IoTClient } from '@aws-sdk/client-iot';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { cloudFormationView } from '../../../lambda/runtime/client';
import { type CloudFormationView } from '../../../lambda/runtime/stack';
import { UserError } from '../errors';

/** How often a client tries by itself: not at all where a pace or a handler does so. */
interface Attempts {
  readonly maxAttempts?: number;
}

/** Patient by itself: the quotas of a region may be ten calls a second. */
const PATIENT: Attempts = { maxAttempts: 8 };

export class Account {
  /** @param region absent: that of the environment or the profile */
  static async signIn(region?: string): Promise<Account> {
    const sts = new STSClient({ region, ...PATIENT });
    const { Account: account, Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    if (!account) throw new UserError('AWS does not say whose account this is: sign in again');
    return new Account(await sts.config.region(), account, arn.split(':')[1] || 'aws');
  }

  readonly cloudFormation: CloudFormationClient;
  /** As the handlers ask CloudFormation. */
  readonly view: CloudFormationView;

  private constructor(
    readonly region: string,
    readonly id: string,
    readonly partition: string,
  ) {
    this.cloudFormation = new CloudFormationClient({ region, ...PATIENT });
    this.view = cloudFormationView(this.cloudFormation);
  }

  iot(attempts = PATIENT): IoTClient {
    return new IoTClient({ region: this.region, ...attempts });
  }

  /** AWS IoT by the permissions of a role. */
  async iotAs(roleArn: string): Promise<IoTClient> {
    const sts = new STSClient({ region: this.region, ...PATIENT });
    const { Credentials: assumed } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'cdk-versioned-artifacts' }),
    );
    const credentials = {
      accessKeyId: assumed?.AccessKeyId ?? '',
      secretAccessKey: assumed?.SecretAccessKey ?? '',
      sessionToken: assumed?.SessionToken,
    };
    return new IoTClient({ region: this.region, credentials, ...PATIENT });
  }

  glue(attempts = PATIENT): GlueClient {
    return new GlueClient({ region: this.region, ...attempts });
  }

  secrets(attempts = PATIENT): SecretsManagerClient {
    return new SecretsManagerClient({ region: this.region, ...attempts });
  }

  stepFunctions(): SFNClient {
    return new SFNClient({ region: this.region, ...PATIENT });
  }

  /** The id of a stack that does not exist yet: its end is made up, and so are the ids that are made of it. */
  stackId(stackName: string): string {
    return `arn:${this.partition}:cloudformation:${this.region}:${this.id}:stack/${stackName}/${NOT_DEPLOYED}`;
  }
}

/** The end of the id of a stack that does not exist yet. */
const NOT_DEPLOYED = '00000000-0000-0000-0000-000000000000';

/** Accounts by region: each is signed in to once. */
export class Accounts {
  private readonly byRegion = new Map<string | undefined, Promise<Account>>();

  in(region?: string): Promise<Account> {
    let account = this.byRegion.get(region);
    if (!account) this.byRegion.set(region, (account = Account.signIn(region)));
    return account;
  }
}
