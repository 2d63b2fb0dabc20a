// documented: API reference of each operation; authorization reference
import { randomBytes, randomUUID } from 'crypto';
import { type Members, type Needed, type Operation, type Service, ServiceError, type World } from '../core/service';

interface SecretVersion {
  readonly VersionId: string;
  readonly CreatedDate: Date;
  readonly SecretString?: string;
  /** Base64. */
  readonly SecretBinary?: string;
}

/** A secret. */
export interface Secret {
  readonly Name: string;
  readonly ARN: string;
  Description?: string;
  readonly versions: SecretVersion[];
  /** When the secret is deleted finally. Until then it can only be restored. */
  DeletedDate?: Date;
}

/** AWS Secrets Manager. */
export class SecretsManager implements Service {
  readonly signingName = 'secretsmanager';
  readonly protocol = 'json';
  readonly targetPrefix = 'secretsmanager';
  readonly secrets = new Map<string, Secret>();

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateSecret: {
      needs: ({ Name }, world) => [{ action: 'secretsmanager:CreateSecret', resource: arn(Name, world) }],
      run: (input, { world }) => this.create(input, world),
    },
    GetSecretValue: this.onSecret('GetSecretValue', (secret, { VersionId, VersionStage = 'AWSCURRENT' }) => {
      const version = VersionId
        ? secret.versions.find(candidate => candidate.VersionId === VersionId)
        : secret.versions.at(STAGES[VersionStage] ?? Infinity);
      if (!version) {
        throw notFound(`Secrets Manager can't find the specified secret value for ${VersionId ?? VersionStage}`);
      }
      return { ...identity(secret), ...version, VersionStages: [VersionStage] };
    }),
    PutSecretValue: this.onSecret('PutSecretValue', (secret, input, world) => {
      const { VersionId } = add(secret, input, world);
      return { ...identity(secret), VersionId, VersionStages: ['AWSCURRENT'] };
    }),
    UpdateSecret: this.onSecret('UpdateSecret', (secret, input, world) => {
      if (input.Description !== undefined) secret.Description = input.Description;
      const version = hasValue(input) ? add(secret, input, world) : secret.versions.at(-1);
      return { ...identity(secret), VersionId: version?.VersionId };
    }),
    DescribeSecret: this.onSecret('DescribeSecret', ({ versions: _versions, ...secret }) => secret, {
      evenDeleted: true,
    }),
    DeleteSecret: this.onSecret('DeleteSecret', (secret, input, world) => {
      const { ForceDeleteWithoutRecovery, RecoveryWindowInDays = 30 } = input;
      if (ForceDeleteWithoutRecovery) this.secrets.delete(secret.Name);
      const days = ForceDeleteWithoutRecovery ? 0 : RecoveryWindowInDays;
      secret.DeletedDate = new Date(world.clock.now() + days * 24 * 3600 * 1000);
      return { ...identity(secret), DeletionDate: secret.DeletedDate };
    }),
    RestoreSecret: this.onSecret(
      'RestoreSecret',
      secret => {
        delete secret.DeletedDate;
        return identity(secret);
      },
      { evenDeleted: true },
    ),
  };

  private create(input: Members, world: World): object {
    const { Name, Description } = input;
    if (!/^[\w/+=.@-]{1,512}$/.test(Name ?? '')) {
      throw new ServiceError(
        'ValidationException',
        `Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
      );
    }
    const existing = this.secrets.get(Name);
    if (existing?.DeletedDate) throw scheduled();
    if (existing) {
      throw new ServiceError(
        'ResourceExistsException',
        `The operation failed because the secret ${Name} already exists.`,
      );
    }
    const suffix = randomBytes(3).toString('hex');
    const secret: Secret = { Name, Description, ARN: arn(`${Name}-${suffix}`, world), versions: [] };
    this.secrets.set(Name, secret);
    return { ...identity(secret), ...(hasValue(input) && { VersionId: add(secret, input, world).VersionId }) };
  }

  private onSecret(
    action: string,
    run: (secret: Secret, input: Members, world: World) => unknown,
    { evenDeleted = false } = {},
  ): Operation {
    return {
      needs: ({ SecretId }, world): Needed[] => [
        { action: `secretsmanager:${action}`, resource: this.find(SecretId)?.ARN ?? arn(SecretId, world) },
      ],
      run: (input, { world }) => {
        const secret = this.find(input.SecretId);
        // captured: public report, for the message
        if (!secret) throw notFound("Secrets Manager can't find the specified secret.");
        if (secret.DeletedDate && !evenDeleted) throw scheduled();
        return run(secret, input, world);
      },
    };
  }

  /** Finds a secret by name, ARN or ARN without the random suffix. */
  private find(id: string): Secret | undefined {
    return [...this.secrets.values()].find(({ Name, ARN }) => [Name, ARN, ARN.slice(0, -7)].includes(id));
  }
}

/** The index of the version that has a stage. */
const STAGES: Readonly<Record<string, number>> = { AWSCURRENT: -1, AWSPREVIOUS: -2 };

function add(secret: Secret, input: Members, world: World): SecretVersion {
  const { ClientRequestToken = randomUUID(), SecretString, SecretBinary } = input;
  const version = {
    VersionId: ClientRequestToken,
    CreatedDate: new Date(world.clock.now()),
    SecretString,
    SecretBinary,
  };
  secret.versions.push(version);
  return version;
}

const hasValue = ({ SecretString, SecretBinary }: Members): boolean => (SecretString ?? SecretBinary) !== undefined;

const identity = ({ Name, ARN }: Secret) => ({ Name, ARN });

const arn = (name: string, world: World): string => world.arn('secretsmanager', `secret:${name}`);

const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);

// captured: public report, for the message
const scheduled = () =>
  new ServiceError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
