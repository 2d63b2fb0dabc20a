/** Rehearses a deployment: the events that CloudFormation would send, in an order in which it may send them. */
import { type SynthesizedStack } from '../assembly/assembly';
import { unknownIn } from '../assembly/intrinsics';
import { type TemplateResource } from '../assembly/template';
import { actionsOf } from './actions';
import { artifactName, isArtifact, namingOf } from './artifact-types';
import { type Ending, type PlannedEvent, type Rehearsal } from './rehearsal';
import { type ArtifactReport, type ArtifactState } from './report';
import { NESTED_STACK, type StackNode, inOrder } from './stack-node';

/** Reads what a service holds of an artifact today; `undefined` where that cannot be looked up from here. */
export type Today = (
  type: string,
  properties: Readonly<Record<string, unknown>>,
  physicalId: string | undefined,
  stackId: string,
) => Promise<ArtifactState | undefined>;

type Properties = Readonly<Record<string, unknown>>;

/** A resource of a stack. */
interface About {
  readonly node: StackNode;
  readonly logicalId: string;
  readonly resource: TemplateResource;
}

/** What becomes of the artifacts of each stack. */
export type Artifacts = ReadonlyMap<StackNode, readonly ArtifactReport[]>;

export class PlannedDeployment {
  private readonly reports = new Map<StackNode, ArtifactReport[]>();
  /** What goes in the clean-up, since it has another physical id now. */
  private readonly replaced: Pick<About, 'node' | 'logicalId'>[] = [];
  readonly notes = new Map<StackNode, string[]>();

  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly today: Today,
    /** Where the templates of nested stacks are. */
    private readonly stack: Pick<SynthesizedStack, 'assets' | 'directory'> = { assets: [], directory: '' },
  ) {}

  async rehearse(root: StackNode): Promise<Artifacts> {
    await this.deploy(root);
    const fails = [...this.reports.values()].flat().some(({ failure }) => failure !== undefined);
    if (fails)
      this.note(
        root,
        'the deployment fails and is rolled back: what goes after it, in its clean-up or by sweeps, stays',
      );
    await this.cleanUp(root);
    for (const node of withNested(root)) if (node.template) this.rehearsal.view.enter(node.id, 'deployed');
    return this.reports;
  }

  /** Rehearses that a deployment leaves out a resource that a stack has. */
  async rehearseRemoval(node: StackNode, logicalId: string): Promise<ArtifactReport> {
    this.reports.set(node, []);
    this.rehearsal.view.begin(node.id, { exists: true, parentId: node.deployed?.parentId });
    this.rehearsal.view.enter(node.id, 'cleaning-up');
    const resource = node.deployed!.template.Resources![logicalId];
    await this.letGo({ node, logicalId, resource }, node.deployed!.resources.get(logicalId)!.physicalId);
    return this.reports.get(node)![0];
  }

  private async deploy(node: StackNode): Promise<void> {
    const { template = {}, deployed, parent } = node;
    this.reports.set(node, []);
    this.notes.set(node, notesOn(node));
    this.rehearsal.view.begin(node.id, { exists: deployed !== undefined, parentId: parent?.id });
    for (const logicalId of inOrder(template)) {
      const resource = template.Resources![logicalId];
      const holds = node.holds(resource);
      if (holds === false) continue;
      if (resource.Type === NESTED_STACK) {
        const child = await node.nested(this.stack, logicalId);
        if (child) await this.deploy(child);
        else if (mayHoldArtifacts(resource))
          this.note(node, `the template of the nested stack ${logicalId} is not in the assembly`);
      } else if (isArtifact(resource.Type)) await this.apply(node, logicalId, resource);
    }
  }

  private async apply(node: StackNode, logicalId: string, resource: TemplateResource): Promise<void> {
    const wanted = propertiesOf(node.resolved(resource.Properties ?? {}));
    const held = node.deployed?.resources.get(logicalId);
    const before = held && node.deployed?.template.Resources?.[logicalId];
    const isHeld = held !== undefined && before?.Type === resource.Type;
    const old = isHeld ? propertiesOf(node.resolvedAsDeployed(before.Properties ?? {})) : undefined;
    const about = { node, logicalId, resource };
    const unnamed = namingOf(resource.Type)
      .map(key => unknownIn(wanted[key]))
      .find(Boolean);
    const name = unnamed && held ? held.physicalId.split('@')[0] : artifactName(resource.Type, wanted);
    // CloudFormation sends nothing, so nothing is asked.
    if (old && isSame(wanted, old)) return this.report(about, { name, actions: ['unchanged'] });
    const unknown = unnamed ?? unknownIn(node.holds(resource));
    if (unknown) return this.report(about, { name, unknown: unknown.because });
    const today = await this.stateOf(resource.Type, wanted, isHeld ? held.physicalId : undefined, node.id);
    const { properties, notes } = withoutUnknown(wanted, old ?? {});
    const event: PlannedEvent = {
      request: isHeld ? 'Update' : 'Create',
      stackId: node.id,
      logicalId,
      type: resource.Type,
      ...(isHeld && { physicalId: held.physicalId, oldProperties: withoutUnknown(old!, {}).properties }),
      properties,
    };
    const ending = await this.rehearsal.play(event);
    if (ending.failure === undefined) {
      node.answers.set(logicalId, { physicalId: ending.physicalId, data: ending.data });
      const replaces = isHeld && ending.physicalId !== held.physicalId;
      if (replaces) this.replaced.push(about);
    }
    this.report(about, { name, ...endingOf(event, ending, notes), ...today });
  }

  /** The root's clean-up comes once all is deployed, and those of nested stacks with it. */
  private async cleanUp(node: StackNode): Promise<void> {
    if (!node.deployed) return;
    this.rehearsal.view.enter(node.id, 'cleaning-up');
    const { template: before } = node.deployed;
    for (const logicalId of inOrder(before).reverse()) {
      const old = before.Resources![logicalId];
      const now = node.template?.Resources?.[logicalId];
      const held = node.deployed.resources.get(logicalId);
      const about = { node, logicalId, resource: old };
      const goes = !now || node.holds(now) === false;
      const isOther = now?.Type !== old.Type;
      if (old.Type === NESTED_STACK) {
        const nested = node.children.find(child => child.logicalId === logicalId);
        if (goes || isOther) await this.removeNested(about);
        else if (nested) await this.cleanUp(nested);
      }
      if (isArtifact(old.Type) && held) {
        const isReplaced = isOther || this.replaced.some(each => each.node === node && each.logicalId === logicalId);
        if (goes) await this.letGo(about, held.physicalId);
        else if (isReplaced && now.UpdateReplacePolicy === 'Retain') this.leave(about, 'update replace policy');
        else if (isReplaced) await this.remove(about, held.physicalId);
      }
    }
  }

  private async removeNested({ node, logicalId, resource }: About): Promise<void> {
    if (isRetained(resource)) {
      return this.note(node, `its deletion policy has CloudFormation leave the nested stack ${logicalId}`);
    }
    const gone = await node.nested(this.stack, logicalId);
    if (!gone?.deployed) return;
    this.reports.set(gone, []);
    this.notes.set(gone, ['the stack is deleted']);
    this.rehearsal.view.begin(gone.id, { exists: true, parentId: node.id });
    this.rehearsal.view.enter(gone.id, 'deleting');
    const { Resources = {} } = gone.deployed.template;
    for (const each of inOrder(gone.deployed.template).reverse()) {
      const held = gone.deployed.resources.get(each);
      const about = { node: gone, logicalId: each, resource: Resources[each] };
      if (about.resource.Type === NESTED_STACK) await this.removeNested(about);
      if (isArtifact(about.resource.Type) && held) await this.letGo(about, held.physicalId);
    }
  }

  /** What becomes of a resource that its stack no longer has. */
  private async letGo(about: About, physicalId: string): Promise<void> {
    if (isRetained(about.resource)) return this.leave(about, 'deletion policy');
    await this.remove(about, physicalId);
  }

  private leave(about: About, policy: string): void {
    const { node, resource } = about;
    const name = artifactName(resource.Type, node.resolvedAsDeployed(resource.Properties ?? {}) as Properties);
    this.report(about, { name, actions: ['leave'], notes: [`its ${policy} has CloudFormation leave it`] });
  }

  private async remove(about: About, physicalId: string): Promise<void> {
    const { node, logicalId, resource } = about;
    const { properties, notes } = withoutUnknown(propertiesOf(node.resolvedAsDeployed(resource.Properties ?? {})), {});
    const name = artifactName(resource.Type, properties);
    const today = await this.stateOf(resource.Type, properties, physicalId, node.id);
    const event: PlannedEvent = {
      request: 'Delete',
      stackId: node.id,
      logicalId,
      type: resource.Type,
      physicalId,
      properties,
    };
    this.report(about, { name, ...endingOf(event, await this.rehearsal.play(event), notes), ...today });
  }

  private async stateOf(
    type: string,
    properties: Properties,
    physicalId: string | undefined,
    stackId: string,
  ): Promise<Pick<ArtifactReport, 'today'>> {
    try {
      const today = await this.today(type, properties, physicalId, stackId);
      return today ? { today } : {};
    } catch {
      // what cannot be read fails the rehearsal as well, which says so.
      return {};
    }
  }

  private report(
    { node, logicalId, resource }: About,
    { name, ...said }: Pick<ArtifactReport, 'name'> & Partial<ArtifactReport>,
  ): void {
    const path = resource.Metadata?.['aws:cdk:path'];
    this.reports.get(node)!.push({
      name,
      type: resource.Type,
      logicalId,
      ...(typeof path === 'string' && { path: path.replace(/\/Resource$/, '') }),
      actions: [],
      notes: [],
      ...said,
    });
  }

  private note(node: StackNode, text: string): void {
    this.notes.get(node)!.push(text);
  }
}

/** A stack and those that are nested in it. */
export const withNested = (node: StackNode): StackNode[] => [node, ...node.children.flatMap(withNested)];

function notesOn({ deployed, parent, account }: StackNode): string[] {
  if (!deployed) {
    const where = `${account.region} of account ${account.id}`;
    return parent
      ? []
      : [`it is not deployed in ${where}: if it should be, set AWS_REGION and AWS_PROFILE to where it is`];
  }
  if (/^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(deployed.status)) return [];
  return [`the stack is ${deployed.status}: the plan is of what it is now, and may be another one once it is at rest`];
}

/** Whether it outlives its place in the stack: the other policies delete it. */
const isRetained = ({ DeletionPolicy = '' }: TemplateResource) => DeletionPolicy.startsWith('Retain');

const mayHoldArtifacts = ({ Properties }: TemplateResource) => Properties?.TemplateURL !== undefined;

const propertiesOf = (resolved: unknown): Properties => {
  const { ServiceToken: _, ServiceTimeout: __, ...rest } = resolved as Record<string, unknown>;
  return rest;
};

/** What is not known yet is as it was, and is said to be unknown. */
function withoutUnknown(wanted: Properties, old: Properties): { properties: Properties; notes: string[] } {
  const properties: Record<string, unknown> = {};
  const notes: string[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const unknown = unknownIn(value);
    if (unknown) notes.push(`${key} is unknown: ${unknown.because}`);
    const known = unknown ? old[key] : value;
    if (known !== undefined && !unknownIn(known)) properties[key] = known;
  }
  return { properties, notes };
}

/** As CloudFormation compares: an unknown value changes with what it is of. */
const isSame = (a: Properties, b: Properties) => canonical(a) === canonical(b);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(String(value));
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${key}:${canonical(part)}`)
    .join()}}`;
}

function endingOf(event: PlannedEvent, ending: Ending, notes: readonly string[]): Partial<ArtifactReport> {
  const said = ending.lines
    .filter(
      ({ level, fields }) => (level === 'error' && 'refused' in fields) || (level !== 'info' && 'stays' in fields),
    )
    .map(({ message, fields }) => ('stays' in fields ? `${message}: ${String(fields.stays)}` : message));
  const all = [...notes, ...said, ...ending.writes.flatMap(({ open }) => open ?? [])];
  if (ending.failure !== undefined) return { failure: ending.failure, notes: all };
  return { actions: actionsOf(event, ending), notes: all };
}
