/** A stack of the plan: as it is to be, as it is deployed, and those that are nested in it. */
import { packageArn, versionArn } from '../../../lambda/iot/names';
import { type SynthesizedStack, nestedTemplate } from '../assembly/assembly';
import { type KnownValues, Unknown, referencesIn, resolve } from '../assembly/intrinsics';
import { type Template, type TemplateResource } from '../assembly/template';
import { type Account } from '../aws/account';
import { type DeployedStack, deployedStack } from '../aws/deployed-stack';
import { isArtifact } from './artifact-types';

export const NESTED_STACK = 'AWS::CloudFormation::Stack';

const EMPTY: Template = {};

interface StackParts {
  readonly name: string;
  readonly stackName: string;
  readonly account: Account;
  readonly template: Template | undefined;
  readonly deployed: DeployedStack | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly parent?: StackNode;
  readonly logicalId?: string;
}

/** A template with its parameters: as it is to be, or as it is deployed, when no answer of this plan counts. */
interface View {
  readonly template: Template;
  readonly given: Readonly<Record<string, unknown>>;
  readonly asDeployed: boolean;
}

export class StackNode {
  readonly children: StackNode[] = [];
  /** What the handlers have answered in this plan. */
  readonly answers = new Map<
    string,
    { readonly physicalId: string; readonly data: Readonly<Record<string, string>> }
  >();

  private constructor(private readonly parts: StackParts) {}

  static async of(stack: SynthesizedStack, account: Account): Promise<StackNode> {
    const { id: name, stackName, template, parameters } = stack;
    return new StackNode({
      name,
      stackName,
      account,
      template,
      parameters,
      deployed: await deployedStack(account, stackName),
    });
  }

  /** A stack as it is, without any change to come. */
  static deployed(deployed: DeployedStack, account: Account): StackNode {
    const { name, template, parameters } = deployed;
    return new StackNode({ name, stackName: name, account, template, parameters, deployed });
  }

  /** The stack that a resource of this one is, or was; `undefined` where the assembly does not hold its template. */
  async nested(
    stack: Pick<SynthesizedStack, 'assets' | 'directory'>,
    logicalId: string,
  ): Promise<StackNode | undefined> {
    const { account } = this;
    const deployed = await this.nestedAsDeployed(logicalId);
    const wanted = this.template?.Resources?.[logicalId];
    const isWanted = wanted?.Type === NESTED_STACK && this.holds(wanted) !== false;
    const resource = isWanted ? wanted : undefined;
    const template = resource && nestedTemplate(stack, resource);
    if (resource && !template) return undefined;
    const parameters = resource ? (this.resolved(resource.Properties?.Parameters ?? {}) as object) : {};
    const child = new StackNode({
      name: `${this.name}/${logicalId}`,
      stackName: deployed?.name ?? `${this.stackName}-${logicalId}`,
      account,
      template,
      deployed,
      parameters: { ...parameters },
      parent: this,
      logicalId,
    });
    this.children.push(child);
    return child;
  }

  /** A nested stack as it is. */
  async nestedAsDeployed(logicalId: string): Promise<DeployedStack | undefined> {
    const held = this.deployed?.resources.get(logicalId);
    return held && deployedStack(this.account, held.physicalId);
  }

  /** As the app names it, with the logical ids of nested stacks. */
  get name(): string {
    return this.parts.name;
  }

  get stackName(): string {
    return this.parts.stackName;
  }

  get account(): Account {
    return this.parts.account;
  }

  /** As it is to be; absent where the stack is to go. */
  get template(): Template | undefined {
    return this.parts.template;
  }

  get deployed(): DeployedStack | undefined {
    return this.parts.deployed;
  }

  get parent(): StackNode | undefined {
    return this.parts.parent;
  }

  /** Under which the parent has it. */
  get logicalId(): string | undefined {
    return this.parts.logicalId;
  }

  get id(): string {
    return this.deployed?.id ?? this.account.stackId(this.stackName);
  }

  /** A value of the template as it is to be. */
  resolved(value: unknown): unknown {
    return resolve(
      value,
      this.around({ template: this.template ?? EMPTY, given: this.parts.parameters, asDeployed: false }),
    );
  }

  /** A value of the template as it is deployed. */
  resolvedAsDeployed(value: unknown): unknown {
    const { template = EMPTY, parameters: given = {} } = this.deployed ?? {};
    return resolve(value, this.around({ template, given, asDeployed: true }));
  }

  /** Whether a resource is to be there: a condition may keep it away. */
  holds({ Condition }: TemplateResource): unknown {
    return Condition === undefined ? true : this.resolved({ Condition });
  }

  private around({ template, given, asDeployed }: View): KnownValues {
    const { account, id } = this;
    const around: KnownValues = {
      pseudo: {
        'AWS::AccountId': account.id,
        'AWS::Region': account.region,
        'AWS::Partition': account.partition,
        'AWS::URLSuffix': account.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com',
        'AWS::StackName': this.stackName,
        'AWS::StackId': id,
        'AWS::NotificationARNs': [],
      },
      parameter: name => {
        const definition = template.Parameters?.[name];
        // what the deployment leaves out, CloudFormation keeps.
        return definition && (given[name] ?? this.deployed?.parameters[name] ?? definition.Default);
      },
      ref: logicalId => {
        const answered = asDeployed ? undefined : this.answers.get(logicalId);
        return answered?.physicalId ?? this.heldId(logicalId, template);
      },
      attribute: (logicalId, name) => this.attribute(logicalId, name, { template, around, asDeployed }),
      condition: name => {
        const condition = template.Conditions?.[name];
        return condition === undefined
          ? new Unknown(`the template has no condition ${name}`)
          : resolve(condition, around);
      },
      mappings: template.Mappings ?? {},
    };
    return around;
  }

  private heldId(logicalId: string, template: Template): string | undefined {
    const held = this.deployed?.resources.get(logicalId);
    return held?.type === template.Resources?.[logicalId]?.Type ? held?.physicalId : undefined;
  }

  private attribute(
    logicalId: string,
    name: string,
    { template, around, asDeployed }: Omit<View, 'given'> & { around: KnownValues },
  ): unknown {
    const answered = asDeployed ? undefined : this.answers.get(logicalId)?.data[name];
    if (answered !== undefined) return answered;
    const { Type = '', Properties = {} } = template.Resources?.[logicalId] ?? {};
    if (isArtifact(Type)) {
      if (name in Properties) return resolve(Properties[name], around);
      const [packageName, versionName] = ['PackageName', 'VersionName'].map(key => resolve(Properties[key], around));
      if (typeof packageName !== 'string') return undefined;
      if (name === 'PackageArn') return packageArn({ stackId: this.id }, packageName);
      if (name === 'PackageVersionArn') return versionArn({ stackId: this.id }, packageName, String(versionName));
      return undefined;
    }
    const id = this.heldId(logicalId, template);
    return name === 'Arn' && id?.startsWith('arn:') ? id : undefined;
  }
}

/** Logical ids of a template, each after what it depends on. */
export function inOrder({ Resources = {} }: Template): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (logicalId: string) => {
    const resource = Resources[logicalId];
    if (!resource || seen.has(logicalId)) return;
    seen.add(logicalId);
    for (const other of [...[resource.DependsOn ?? []].flat(), ...referencesIn(resource.Properties)]) visit(other);
    order.push(logicalId);
  };
  for (const logicalId of Object.keys(Resources)) visit(logicalId);
  return order;
}
