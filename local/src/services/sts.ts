// documented: API reference, AssumeRole and GetCallerIdentity
import { sessionArn } from '../core/authorization';
import { type CredentialStore } from '../core/credentials';
import {
  type CallContext,
  type Members,
  type Operation,
  type Principal,
  type Service,
  ServiceError,
  type World,
} from '../core/service';

/** AWS Security Token Service. */
export class Sts implements Service {
  readonly signingName = 'sts';
  readonly protocol = 'query';
  readonly xmlNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

  constructor(private readonly credentials: CredentialStore) {}

  readonly operations: Readonly<Record<string, Operation>> = {
    GetCallerIdentity: {
      // needs no permission: even an explicit deny does not prevent it.
      needs: () => [],
      run: (_input, { world, principal }) => ({
        Account: world.account,
        UserId: 'AIDALOCAL',
        Arn: principal.kind === 'role' ? sessionArn(principal) : userArn(world),
      }),
    },
    AssumeRole: {
      needs: ({ RoleArn }) => [{ action: 'sts:AssumeRole', resource: RoleArn }],
      run: (input, context) => this.assumeRole(input, context),
    },
  };

  private assumeRole({ RoleArn, RoleSessionName, DurationSeconds = 3600 }: Members, { world }: CallContext): object {
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(RoleArn ?? '')) {
      throw new ServiceError('ValidationError', `${RoleArn} is invalid`);
    }
    if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName ?? '')) {
      throw new ServiceError(
        'ValidationError',
        `1 validation error detected: Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint`,
      );
    }
    const principal: Principal = isBootstrapRole(RoleArn)
      ? { kind: 'developer' }
      : { kind: 'role', roleArn: RoleArn, session: RoleSessionName };
    const { accessKeyId, secretAccessKey, sessionToken } = this.credentials.issue(principal);
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: new Date(world.clock.now() + Number(DurationSeconds) * 1000),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROALOCAL:${RoleSessionName}`,
        Arn: sessionArn({ roleArn: RoleArn, session: RoleSessionName }),
      },
    };
  }
}

/** The CDK CLI uses roles of the bootstrap stack, which belong to the developer. documented: CDK, for their names */
const isBootstrapRole = (roleArn: string): boolean =>
  /:role\/cdk-[a-z0-9]+-(deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-/.test(roleArn);

const userArn = (world: World): string => world.arn('iam', 'user/developer', { region: '' });
