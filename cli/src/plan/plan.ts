/** What a deployment of an app's stacks, and the sweeps that follow it, would do. Only reads. */
import picomatch from 'picomatch';
import { type Clock, systemClock } from '../../../lambda/runtime/clock';
import { type SynthesizedStack, nestedTemplate } from '../assembly/assembly';
import { Unknown } from '../assembly/intrinsics';
import { type Template } from '../assembly/template';
import { type Account, type Accounts } from '../aws/account';
import { UserError } from '../errors';
import { isArtifact } from './artifact-types';
import { PlannedDeployment, withNested } from './deployment';
import { dryRun } from './dry-run';
import { type FoundSweep, sweepsIn } from './find-sweeps';
import { Rehearsal } from './rehearsal';
import { type PlanReport, type StackReport, type SweepReport, summaryOf } from './report';
import { NESTED_STACK, StackNode } from './stack-node';
import { todayIn } from './today';

/** The stacks of an app that are spoken of: those that are named, or all. */
export function selectStacks(
  all: readonly SynthesizedStack[],
  patterns: readonly string[],
): readonly SynthesizedStack[] {
  if (patterns.length === 0) return all;
  const named = new Set<SynthesizedStack>();
  for (const pattern of patterns) {
    const matches = picomatch(pattern, { bash: true });
    const found = all.filter(({ id, stackName }) => matches(id) || matches(stackName));
    if (found.length === 0) {
      const names = all.map(({ id }) => id).join(', ');
      throw new UserError(`the app has no stack ${pattern}: it has ${names || 'none'}`);
    }
    for (const stack of found) named.add(stack);
  }
  return [...named];
}

/** Whether a stack, as it is to be, or one that is nested in it has an artifact or a sweep. */
function concerns(stack: SynthesizedStack, template: Template): boolean {
  const text = (part: unknown) => (typeof part === 'string' ? part : new Unknown('it is not resolved here'));
  if (sweepsIn(template, text).length > 0) return true;
  return Object.values(template.Resources ?? {}).some(resource => {
    if (isArtifact(resource.Type)) return true;
    const nested = resource.Type === NESTED_STACK ? nestedTemplate(stack, resource) : undefined;
    return nested !== undefined && concerns(stack, nested);
  });
}

/** @param progress is told what is looked at */
export async function planOf(
  stacks: readonly SynthesizedStack[],
  accounts: Accounts,
  progress: (what: string) => void = () => {},
): Promise<PlanReport> {
  const assets = stacks.flatMap(stack => stack.assets);
  const rehearsals = new Map<Account, Rehearsal>();
  const reports: StackReport[] = [];
  for (const stack of stacks) {
    const account = await accountOf(stack, accounts);
    // what is in another account matters only where it is this library's.
    if (!account) continue;
    progress(stack.id);
    const rehearsal = rehearsals.get(account) ?? (await Rehearsal.begin(account, assets));
    rehearsals.set(account, rehearsal);
    // a stack that no longer has an artifact may have had one.
    const planned = await planStack(stack, rehearsal, progress);
    reports.push(...planned.filter(({ artifacts, sweeps }) => artifacts.length + sweeps.length > 0));
  }
  return { version: 1, stacks: reports, summary: summaryOf(reports) };
}

/** `undefined` where a stack of another account has nothing of this library's. */
async function accountOf(stack: SynthesizedStack, accounts: Accounts): Promise<Account | undefined> {
  const isOurs = concerns(stack, stack.template);
  const account = await accounts.in(stack.region);
  if (stack.account === undefined || stack.account === account.id) return account;
  if (!isOurs) return undefined;
  throw new UserError(
    `stack ${stack.id} is for account ${stack.account}, and the credentials are of ${account.id}: set AWS_PROFILE to a ` +
      'profile of that account, or name other stacks',
  );
}

async function planStack(
  stack: SynthesizedStack,
  rehearsal: Rehearsal,
  progress: (what: string) => void,
): Promise<StackReport[]> {
  const { account } = rehearsal;
  const root = await StackNode.of(stack, account);
  const deployment = new PlannedDeployment(rehearsal, todayIn(account), stack);
  const artifacts = await deployment.rehearse(root);
  const reports: StackReport[] = [];
  for (const node of withNested(root)) {
    const sweeps: SweepReport[] = [];
    for (const found of sweepsIn(node.template ?? {}, value => node.resolved(value))) {
      progress(`${node.name}: ${found.name}`);
      sweeps.push(await planSweep(found, node, rehearsal));
    }
    const ofNode = artifacts.get(node) ?? [];
    const notes = deployment.notes.get(node) ?? [];
    reports.push({
      name: node.name,
      stackName: node.stackName,
      account: account.id,
      region: account.region,
      ...(node.deployed && { status: node.deployed.status }),
      artifacts: ofNode,
      sweeps,
      notes,
    });
  }
  return reports;
}

/** What a sweep would decide after the deployment. */
async function planSweep(found: FoundSweep, node: StackNode, rehearsal: Rehearsal): Promise<SweepReport> {
  const { config, logicalId, name, type, path, triggers, unknown } = found;
  const about = { name, type, logicalId, ...(path !== undefined && { path }), triggers, action: actionOf(config) };
  const dry = config?.rules.dryRun ?? false;
  if (!config) {
    return { ...about, candidates: [], removed: 0, kept: 0, byReason: {}, dryRun: dry, unknown, notes: [] };
  }
  const { view } = rehearsal;
  const scope = { kinds: rehearsal.sweeps(), view, stackId: node.id, clock: clockAfter(rehearsal.clock) };
  return { ...about, dryRun: dry, ...(await dryRun(config, scope)) };
}

export const actionOf = (config: object | undefined): 'delete' | 'deprecate' =>
  (config as { readonly action?: string } | undefined)?.action === 'DEPRECATE' ? 'deprecate' : 'delete';

/** Time that goes on from what was rehearsed. */
function clockAfter(rehearsed: Clock): Clock {
  const ahead = rehearsed.now() - systemClock.now();
  return { ...systemClock, now: () => systemClock.now() + ahead };
}
