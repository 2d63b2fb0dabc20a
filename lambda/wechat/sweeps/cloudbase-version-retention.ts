import { optional, problems } from '../../../contract/shape';
import { checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import {
  ApiEndpointShape,
  type CloudBaseVersionRetentionConfig,
  EnvironmentIdShape,
  ServerNameShape,
  VERSIONS_PER_PAGE,
  WECHAT_API,
} from '../../../contract/wechat';
import { rejectProblems } from '../../runtime/messages';
import { Protected } from '../../sweep/judge';
import { type Guard, inPace, pacedBy } from '../../sweep/pace';
import { Plan } from '../../sweep/plan';
import {
  type Candidate,
  type Each,
  type End,
  type Page,
  type SourceTools,
  type SweepKind,
  SweepRefused,
  type SweepSource,
} from '../../sweep/source';
import { AccessToken, readToken } from '../access-token';
import { type WeChatClients } from '../clients';
import { NoAnswer, WeChatError, isRefused } from '../errors';
import { type ListedVersion, type ServiceName, type VersionPage, WeChatGateway } from '../gateway';
import { type Found, findVersion, isServiceGone, othersGoing } from '../listing';
import { parsePhysicalId } from '../names';
import { postTo } from '../transport';
import { VersionKept, isServing, protectionOf } from './keep-reasons';

/** `Custom::WeChatCloudBaseVersionRetention` */
export class CloudBaseVersionRetention implements SweepKind<CloudBaseVersionRetentionConfig, ServiceVersion> {
  constructor(private readonly clients: WeChatClients) {}

  validate(config: CloudBaseVersionRetentionConfig): void {
    const { environmentId, serverName, apiEndpoint, rules, requestsPerSecond } = config;
    rejectProblems(
      ...problems(EnvironmentIdShape, environmentId),
      ...problems(ServerNameShape, serverName),
      ...problems(optional(ApiEndpointShape), apiEndpoint),
      checkRules(rules, 'retention'),
      checkRequestsPerSecond(requestsPerSecond),
    );
  }

  source(config: CloudBaseVersionRetentionConfig, tools: SourceTools): SweepSource<ServiceVersion> {
    return new ServiceVersions(config, this.clients, tools);
  }
}

interface ServiceVersion extends Candidate {
  readonly flowRatio?: number;
  /** The page that listed it. */
  readonly offset: number;
}

/**
 * No deployment makes a version provisional: it only records existing versions, and removes none if it fails. Versions
 * of deleted stacks are not known either: WeChat has no tags, and only the sweep's own stack is read for what it has
 * recorded.
 */
class ServiceVersions implements SweepSource<ServiceVersion>, Each<ServiceVersion> {
  readonly removal = this;
  readonly hasNoMarks = true;
  private readonly gateway: WeChatGateway;
  private readonly service: ServiceName;
  private readonly plan: Plan<ServiceVersion>;
  private recorded?: Promise<Recorded>;
  private lastRemoval: Promise<unknown> = Promise.resolve();

  constructor(
    config: CloudBaseVersionRetentionConfig,
    private readonly clients: WeChatClients,
    private readonly tools: SourceTools,
  ) {
    const { environmentId, serverName, accessToken, apiEndpoint = WECHAT_API } = config;
    this.plan = new Plan(config, tools.startedAt);
    this.service = { environmentId, serverName };
    const post = (clients.transport ?? postTo)(apiEndpoint, clients.ended);
    const secrets = pacedBy(tools.paces, clients.secrets);
    this.gateway = new WeChatGateway(post, new AccessToken(() => readToken(accessToken, secrets, post)), tools);
  }

  /**
   * The pages from the last to the first: their tokens are offsets, and a removal shifts all later positions in the
   * listing.
   */
  async list(pageToken: string | undefined): Promise<Page<ServiceVersion>> {
    if (pageToken !== undefined) return pageAt(Number(pageToken), await this.page(Number(pageToken)));
    const first = await this.page(0);
    const last = Math.max(0, Math.ceil(first.total / VERSIONS_PER_PAGE) - 1) * VERSIONS_PER_PAGE;
    return pageAt(last, last === 0 ? first : await this.page(last));
  }

  async isProvisional({ status }: ServiceVersion): Promise<boolean> {
    return !isServing(status);
  }

  async protection(candidate: ServiceVersion): Promise<string | undefined> {
    const protection = protectionOf(candidate);
    if (protection) return protection;
    return (await this.recordedByStack()).names.has(candidate.name) ? VersionKept.OWNED : undefined;
  }

  /** One after the other: two removals at once would both find that the other version is left. */
  async each(candidate: ServiceVersion, guard: Guard): Promise<End> {
    const removal = this.lastRemoval.then(() => this.removeIfFree(candidate, guard));
    this.lastRemoval = removal.catch(() => undefined);
    return removal;
  }

  private async removeIfFree(candidate: ServiceVersion, guard: Guard): Promise<End> {
    const at = { ...this.service, versionName: candidate.name };
    const ifFree = async () => {
      const { version, total, all } = await this.look(candidate);
      // what was made again under the same name is another version.
      if (!version || createdAt(version.createdTime) !== candidate.createdAt) throw new Gone();
      const kept = total <= 1 ? VersionKept.LAST : (protectionOf(version) ?? (await this.amongLatest(version, all)));
      if (kept) throw new Protected(kept);
      // last, as a deployment of the stack can record the version at any moment.
      await guard();
    };
    try {
      await orRefused('REMOVAL', this.gateway.deleteVersion(at, ALONE, ifFree));
      return 'removed';
    } catch (error) {
      if (error instanceof Gone) return 'gone';
      if (!(error instanceof NoAnswer) && !(error instanceof WeChatError)) throw error;
      // the code for a missing version is not documented.
      if (!(await this.look(candidate)).version) return 'gone';
      throw error;
    }
  }

  /** Reads a version again, first on the page where it was listed. */
  private async look({ name, offset }: ServiceVersion): Promise<Look> {
    const page = await this.page(offset);
    const { versions, total } = page;
    const version = versions.find(({ versionName }) => versionName === name);
    const all = offset === 0 && versions.length >= total ? versions : undefined;
    if (version || all) return { version, total: total - othersGoing(page, name), all };
    return orRefused('LISTING', findVersion(this.gateway, { ...this.service, versionName: name }));
  }

  /**
   * Why a version stays by its rank, which rises when newer versions go. Only known if all versions are on one page: the
   * others keep the rank that they had when the plan was made.
   */
  private async amongLatest(version: ListedVersion, all: Look['all']): Promise<string | undefined> {
    if (!all) return undefined;
    const latest = await this.plan.rank(all.filter(({ status }) => isServing(status)).map(each => candidate(each, 0)));
    const { action, reason } = this.plan.decide(candidate(version, 0), latest, []);
    return action === 'keep' ? reason : undefined;
  }

  private page(offset: number): Promise<VersionPage> {
    return orRefused('LISTING', this.pageOrGone(offset));
  }

  /** A service that is gone has no versions. */
  private async pageOrGone(offset: number): Promise<VersionPage> {
    try {
      return await this.gateway.listVersions(this.service, offset);
    } catch (error) {
      if (!isRefused(error) || !(await isServiceGone(this.gateway, this.service))) throw error;
      this.tools.log.warn('the service does not exist, so it has no versions', { ...this.service });
      return { versions: [], total: 0 };
    }
  }

  /**
   * A result that is a few seconds old is good enough: CloudFormation itself takes as long to record a resource's
   * answer.
   */
  private recordedByStack(): Promise<Recorded> {
    const { clock } = this.tools;
    const held = this.recorded;
    this.recorded = (async () => {
      const state = await held?.catch(() => undefined);
      return state && clock.now() - state.readAt < FRESH ? state : this.readRecorded();
    })();
    return this.recorded;
  }

  private async readRecorded(): Promise<Recorded> {
    const { environmentId, serverName } = this.service;
    const readAt = this.tools.clock.now();
    const resources = await inPace(this.tools.paces.of('ListStackResources'), () =>
      this.clients.stackResources(this.tools.stackId),
    );
    // a rollback returns to what the deployment has replaced or removed.
    const former = await this.tools.stacks.idsUnderWay();
    const versions = [...resources.map(({ physicalId }) => physicalId), ...former]
      .map(parsePhysicalId)
      .filter(at => at?.environmentId === environmentId && at.serverName === serverName);
    return { readAt, names: new Set(versions.map(at => at!.versionName)) };
  }
}

/** How long, in milliseconds, the stack's records are valid after they were read. */
const FRESH = 5_000;

/** The versions of the service that the stack records. */
interface Recorded {
  readonly readAt: number;
  readonly names: ReadonlySet<string>;
}

/** A version as it is now. */
interface Look extends Found {
  /** All versions of the service, if they are on one page. */
  readonly all?: readonly ListedVersion[];
}

/** The version was gone when its turn came. */
class Gone extends Error {}

async function orRefused<T>(what: 'LISTING' | 'REMOVAL', call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw concernsAll(what, error) ? new SweepRefused(error.message) : error;
  }
}

/**
 * Whether an error would affect every other version, too. CloudBase's own codes for a removal only concern its version.
 */
const concernsAll = (what: 'LISTING' | 'REMOVAL', error: unknown): error is WeChatError =>
  error instanceof WeChatError && error.reaction !== 'retry' && (error.reaction !== 'refused' || what === 'LISTING');

/** A sweep never deletes the service together with a version. */
const ALONE = { deleteServer: false, deleteImage: false };

function pageAt(offset: number, { versions }: VersionPage): Page<ServiceVersion> {
  const before = offset - VERSIONS_PER_PAGE;
  return {
    candidates: versions.map(version => candidate(version, offset)),
    nextToken: before >= 0 ? String(before) : undefined,
  };
}

function candidate({ versionName, status, flowRatio, createdTime }: ListedVersion, offset: number): ServiceVersion {
  const created = createdAt(createdTime);
  return { name: versionName, status, flowRatio, createdAt: created, agedFrom: agedFrom(created), offset };
}

/** Times in listings have no zone: presumably they are in Beijing's time. */
const BEIJING = '+08:00';

/**
 * How much later a version may have been made than its time says in Beijing's time: if the time is UTC, no age rule
 * must remove the version too early.
 */
const SLACK = 8 * 3_600_000;

/** Milliseconds since the epoch. `undefined` if the text is not such a time. */
export function createdAt(text: string | undefined): number | undefined {
  if (/^\d{10}$/.test(text ?? '')) return Number(text) * 1000;
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text ?? '');
  const time = match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? BEIJING}`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The time from which a version's age is certain. */
export const agedFrom = (created: number | undefined) => (created === undefined ? undefined : created + SLACK);
