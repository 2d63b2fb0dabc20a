import { type CloudFormationView } from '../../../lambda/runtime/stack';
import { type Template, type TemplateResource } from '../../src/assembly/template';
import { PlannedDeployment, type Today, withNested } from '../../src/plan/deployment';
import { PlannedView } from '../../src/plan/planned-view';
import { type Ending, type PlannedEvent, type Rehearsal } from '../../src/plan/rehearsal';
import { StackNode } from '../../src/plan/stack-node';
import { type Held, accountWith, synthesized } from './stacks';

export const PACKAGE = 'Custom::IoTSoftwarePackage';
export const VERSION = 'Custom::IoTSoftwarePackageVersion';

/** What is not of the plan. */
const NONE = { describeStack: async () => ({ status: 'not of the plan' }) } as unknown as CloudFormationView;

/** Handlers that answer by the logical id, and write nothing but what they are told to. */
export class Handlers {
  readonly events: (PlannedEvent & { readonly status: string })[] = [];
  readonly view = new PlannedView(NONE, () => 0);

  constructor(private readonly endings: Readonly<Record<string, Partial<Ending>>> = {}) {}

  async play(event: PlannedEvent): Promise<Ending> {
    const { status } = await this.view.describeStack(event.stackId);
    this.events.push({ ...event, status });
    const { logicalId, physicalId = `${logicalId}-1` } = event;
    return { physicalId, data: {}, writes: [], lines: [], ...this.endings[logicalId] };
  }

  /** What CloudFormation would send. */
  get sent(): string[] {
    return this.events.map(({ request, logicalId, physicalId }) =>
      [request, logicalId, physicalId].filter(Boolean).join(' '),
    );
  }
}

/** What a deployment is of. */
interface Given {
  readonly template?: Template;
  /** What is deployed, by the names of stacks. */
  readonly stacks?: Readonly<Record<string, Held>>;
  readonly endings?: Readonly<Record<string, Partial<Ending>>>;
  readonly today?: Today;
  /** Where templates of nested stacks are. */
  readonly directory?: string;
}

/** Rehearses the deployment of a stack over what is deployed. */
export async function rehearse({
  template = {},
  stacks = {},
  endings,
  today = async () => undefined,
  directory,
}: Given) {
  const handlers = new Handlers(endings);
  const stack = synthesized(template, {}, directory);
  const root = await StackNode.of(stack, accountWith(stacks));
  const deployment = new PlannedDeployment(handlers as unknown as Rehearsal, today, stack);
  const artifacts = await deployment.rehearse(root);
  const said = [...artifacts.values()].flat();
  const nodes = withNested(root);
  return {
    handlers,
    root,
    artifacts: said,
    told: said.map(({ logicalId, actions, failure }) => `${logicalId} ${failure ?? actions.join()}`),
    notes: nodes.map(node => deployment.notes.get(node)),
    statuses: await Promise.all(nodes.map(async ({ id }) => (await handlers.view.describeStack(id)).status)),
  };
}

export const softwarePackage = (PackageName: unknown, more: object = {}): TemplateResource => ({
  Type: PACKAGE,
  Properties: { PackageName },
  ...more,
});

export const version = (VersionName: unknown, more: object = {}): TemplateResource => ({
  Type: VERSION,
  Properties: { PackageName: 'brake-ecu', VersionName },
  ...more,
});

export const never = { Conditions: { No: { 'Fn::Equals': ['a', 'b'] } } };
