import { Aspects, type IResolveContext } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Construct, type IConstruct } from 'constructs';
import { acknowledgeInlinePolicy } from './acknowledgement';
import { type Permissions } from './permissions';

/**
 * `isAttached` of the CDK's policies, which its declarations leave out: false if an immutable role takes no policies.
 */
interface Attachable {
  readonly isAttached: boolean;
}

/**
 * The policies that hold the permissions of a role: an inline policy, and managed policies for what does not fit there.
 */
export class RolePolicies {
  private readonly inline: iam.Policy;
  private readonly managed: iam.ManagedPolicy[] = [];

  constructor(
    private readonly scope: Construct,
    private readonly id: string,
    private readonly role: iam.IRole,
    private readonly permissions: Permissions,
  ) {
    this.inline = new iam.Policy(scope, id, { document: permissions });
    acknowledgeInlinePolicy(this.inline);
    // the role decides, because a role that is imported as immutable takes no policies.
    role.attachInlinePolicy(this.inline);
    // as late as possible: permissions are added as long as constructs are.
    Aspects.of(this.inline).add({ visit: node => node === this.inline && this.spread() });
    this.inline.node.addValidation({
      validate: () =>
        this.count > 1 + this.managed.length
          ? ['permissions must be granted before synthesis, got one later: do not grant in an aspect']
          : [],
    });
  }

  /** What must exist before the role has all its permissions. */
  public get all(): IConstruct[] {
    return [this.inline, ...this.managed];
  }

  private get count(): number {
    return (this.inline as unknown as Attachable).isAttached ? this.permissions.pages().length : 1;
  }

  private spread(): void {
    for (let page = 1 + this.managed.length; page < this.count; page++) {
      const document = new Page(this.permissions, page);
      const id = `${this.id}${page + 1}`;
      this.managed.push(new iam.ManagedPolicy(this.scope, id, { document, roles: [this.role] }));
    }
  }
}

/** One page of permissions, rendered when the app is synthesized. */
class Page extends iam.PolicyDocument {
  constructor(
    private readonly permissions: Permissions,
    private readonly index: number,
  ) {
    super();
  }

  override get isEmpty(): boolean {
    return false;
  }

  override resolve(context: IResolveContext): unknown {
    return this.permissions.page(this.index).resolve(context);
  }
}
