// documented: API reference, PutParameter, GetParameter and GetParameters; authorization reference
// unverified: that DeleteParameter and GetParameter tell the name in their error
import { type Members, type Needed, type Operation, type Service, ServiceError, type World } from '../core/service';

/** A parameter of the parameter store. */
export interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  readonly LastModifiedDate: Date;
}

/** The version of the bootstrap stack, which the CDK CLI reads before it deploys. documented: CDK */
const BOOTSTRAP_VERSION = '30';

/** AWS Systems Manager: the parameter store. */
export class Ssm implements Service {
  readonly signingName = 'ssm';
  readonly protocol = 'json';
  readonly targetPrefix = 'AmazonSSM';
  readonly parameters = new Map<string, Parameter>();

  constructor(world: World) {
    this.put({ Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: BOOTSTRAP_VERSION }, world);
  }

  readonly operations: Readonly<Record<string, Operation>> = {
    GetParameter: {
      needs: ({ Name }, world) => [needed('GetParameter', Name, world)],
      run: ({ Name }, { world }) => ({ Parameter: this.describe(Name, world) }),
    },
    GetParameters: {
      needs: ({ Names }, world) => Names.map((name: string) => needed('GetParameters', name, world)),
      run: ({ Names }, { world }) => ({
        Parameters: Names.filter((name: string) => this.parameters.has(name)).map((n: string) =>
          this.describe(n, world),
        ),
        InvalidParameters: Names.filter((name: string) => !this.parameters.has(name)),
      }),
    },
    PutParameter: {
      needs: ({ Name }, world) => [needed('PutParameter', Name, world)],
      run: (input, { world }) => {
        if (this.parameters.has(input.Name) && !input.Overwrite) {
          const message =
            'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
          throw new ServiceError('ParameterAlreadyExists', message);
        }
        return { Version: this.put(input, world).Version, Tier: 'Standard' };
      },
    },
    DeleteParameter: {
      needs: ({ Name }, world) => [needed('DeleteParameter', Name, world)],
      run: ({ Name }) => {
        if (!this.parameters.delete(Name)) throw notFound(Name);
      },
    },
  };

  private put({ Name, Value, Type = 'String' }: Members, world: World): Parameter {
    if (!/^[a-zA-Z0-9_.\-/]{1,2048}$/.test(Name ?? '')) {
      throw new ServiceError(
        'ValidationException',
        "Parameter name: can't be empty and only a mix of letters, numbers and the symbols .-_/ is allowed.",
      );
    }
    if (typeof Value !== 'string' || Value.length > 4096) {
      throw new ServiceError(
        'ValidationException',
        'Standard tier parameters support a maximum parameter value of 4096 characters.',
      );
    }
    const Version = (this.parameters.get(Name)?.Version ?? 0) + 1;
    const parameter = { Name, Type, Value, Version, LastModifiedDate: new Date(world.clock.now()) };
    this.parameters.set(Name, parameter);
    return parameter;
  }

  private describe(name: string, world: World): object {
    const parameter = this.parameters.get(name);
    if (!parameter) throw notFound(name);
    return { ...parameter, ARN: arn(name, world), DataType: 'text' };
  }
}

const arn = (name: string, world: World): string => world.arn('ssm', `parameter/${name.replace(/^\//, '')}`);

const needed = (action: string, name: string, world: World): Needed => ({
  action: `ssm:${action}`,
  resource: arn(name, world),
});

const notFound = (name: string): ServiceError => new ServiceError('ParameterNotFound', `Parameter ${name} not found.`);
