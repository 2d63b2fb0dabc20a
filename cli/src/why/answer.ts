/** Whose a version is, since when, what protects it, which sweeps would take it, and what a delete would do. */
import { type Account } from '../aws/account';
import { type DeployedStack, deployedStack } from '../aws/deployed-stack';
import { type DeployedSweep, deployedSweeps, triggersOf } from '../aws/deployed-sweeps';
import { lastRun } from '../aws/run';
import { saidOf, willOf } from '../output/tables';
import { PlannedDeployment } from '../plan/deployment';
import { dryRun } from '../plan/dry-run';
import { actionOf } from '../plan/plan';
import { Rehearsal } from '../plan/rehearsal';
import { type ArtifactReport } from '../plan/report';
import { StackNode } from '../plan/stack-node';
import { todayIn } from '../plan/today';
import { type Held, heldOf } from './held';
import { type Name } from './name';

export interface Explanation {
  readonly exists: boolean;
  readonly lines: readonly string[];
}

export async function answerWhy(name: Name, account: Account): Promise<Explanation> {
  const held = await heldOf(name, account);
  const text = inWords(name);
  if (held.state?.exists === false) {
    return { exists: false, lines: [`${text} is not there, in ${account.region} of account ${account.id}`] };
  }
  const owner = await ownerOf(held, account);
  return {
    exists: true,
    lines: [
      `${text}${stateInWords(held)}`,
      ...ownerLines(held, owner),
      ...protectionLines(held),
      ...(await sweepLines(name, account)),
      `deleted by hand: ${held.byHand}`,
      ...(owner ? [await byItsStack(owner, account)] : []),
    ],
  };
}

function inWords(name: Name): string {
  switch (name.kind) {
    case 'package version':
      return `${name.packageName}/${name.versionName}`;
    case 'schema version':
      return `${name.registryName}/${name.schemaName}@${name.number}`;
    case 'service version':
      return `${name.environmentId}/${name.serverName}/${name.versionName}`;
  }
}

function stateInWords({ state }: Held): string {
  const parts = [state?.status, state?.isDefault ? 'the default version' : undefined].filter(Boolean);
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}

/** The resource of a stack that owns something. */
interface Owner {
  readonly stack: DeployedStack;
  readonly logicalId: string;
}

/** `undefined` where nobody owns it, or the stack is gone. */
async function ownerOf({ state, physicalId, type }: Held, account: Account): Promise<Owner | undefined> {
  const stackId = state?.owner?.stackId;
  if (!stackId) return undefined;
  const stack = await deployedStack(account, stackId.startsWith('arn:') ? stackId : arnOf(stackId, account));
  const resource = [...(stack?.resources.values() ?? [])].find(
    each => each.type === type && each.physicalId.startsWith(physicalId),
  );
  return stack && resource && { stack, logicalId: resource.logicalId };
}

const arnOf = (stack: string, { region, id, partition }: Account) =>
  `arn:${partition}:cloudformation:${region}:${id}:stack/${stack}`;

function ownerLines({ state, type }: Held, owner: Owner | undefined): string[] {
  if (type.includes('WeChat'))
    return ['owner: CloudBase keeps no marks; a stack that has recorded it is told by its sweeps'];
  const { stack, since } = state?.owner ?? {};
  if (stack === undefined) return ['owner: nobody'];
  const when = since === undefined ? '' : `, since ${since}`;
  if (owner) return [`owner: ${owner.logicalId} of stack ${stack}${when}`];
  return [`owner: stack ${stack}${when}, which is gone or has let it go: it counts as nobody’s`];
}

function protectionLines({ protections, state }: Held): string[] {
  const all = [...protections, ...(state?.owner?.stack === undefined ? [] : ['a stack owns it'])];
  return [`protected: ${all.length > 0 ? all.join('; ') : 'by nothing but the rules of sweeps'}`];
}

async function sweepLines(name: Name, account: Account): Promise<string[]> {
  const all = (await deployedSweeps(account)).filter(({ config }) => isOver(config, name));
  if (all.length === 0) return ['sweeps: none is over it'];
  const rehearsal = await Rehearsal.begin(account);
  const lines: string[] = [];
  for (const sweep of all) lines.push(await sweepLine(sweep, name, rehearsal));
  return lines;
}

/** Whether a sweep ranges over what a version is one of. */
function isOver(config: object, name: Name): boolean {
  const of = config as Record<string, unknown>;
  switch (name.kind) {
    case 'package version':
      return 'action' in of && of.packageName === name.packageName;
    case 'schema version':
      return of.registryName === name.registryName && of.schemaName === name.schemaName;
    case 'service version':
      return of.environmentId === name.environmentId && of.serverName === name.serverName;
  }
}

async function sweepLine(sweep: DeployedSweep, name: Name, rehearsal: Rehearsal): Promise<string> {
  const { config, stackId, machineArn } = sweep;
  const { account } = rehearsal;
  const decided = await dryRun(config, { kinds: rehearsal.sweeps(), view: account.view, stackId });
  const wanted = name.kind === 'schema version' ? String(name.number) : name.versionName;
  const found = decided.candidates.find(candidate => candidate.name === wanted);
  const triggers = (await triggersOf(account, sweep)).join(', ') || 'by hand';
  const last = await lastRun(account.stepFunctions(), machineArn);
  const ran = last ? `; last run ${last.at}: ${last.status}` : '; has not run yet';
  const runs = `runs ${triggers}${ran}`;
  if (decided.unknown !== undefined) return `sweep ${config.name}: unknown: ${decided.unknown}`;
  if (!found) return `sweep ${config.name}: does not list it (${decided.refused ?? runs})`;
  if (found.decision === 'keep') return `sweep ${config.name}: keeps it, ${found.reason} (${runs})`;
  const stays = decided.refused ?? (config.rules.dryRun ? 'its rules have it run dry' : undefined);
  const takes = `would ${actionOf(config)} it, ${found.reason}`;
  return `sweep ${config.name}: ${takes}${stays === undefined ? '' : `, but not now: ${stays}`} (${runs})`;
}

/** What comes of it when its construct goes from its stack. */
async function byItsStack({ stack, logicalId }: Owner, account: Account): Promise<string> {
  const report = await removalOf(stack, logicalId, account);
  const said = saidOf(report);
  return `removed from its stack: ${willOf(report)}${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}

async function removalOf(stack: DeployedStack, logicalId: string, account: Account): Promise<ArtifactReport> {
  const rehearsal = await Rehearsal.begin(account);
  return new PlannedDeployment(rehearsal, todayIn(account)).rehearseRemoval(
    StackNode.deployed(stack, account),
    logicalId,
  );
}
