/** The WeChat API for third-party platforms in the local AWS: the part for versions of CloudBase Run services. */
// documented: WeChat documentation, deletecloudbaserunserverversion, getcsversionlist and getcslist
import { randomUUID } from 'node:crypto';
import { type Endpoint, type UnsignedCall } from '../../core/endpoint';
import { type ServiceError, type World } from '../../core/service';
import { type HttpAnswer, type HttpRequest } from '../../wire/protocol';
import { type WeChatBehavior, defaultBehavior } from './behavior';
import { weChatError } from './errors';
import { CloudBaseServices, type SeededCloudBaseVersion } from './state';
import { type Platform, Tokens } from './tokens';

export type { WeChatBehavior } from './behavior';
export { weChatError } from './errors';
export type { SeededCloudBaseVersion } from './state';
export type { Platform } from './tokens';

/** A version in the form that tests compare. */
export interface CloudBaseVersionDescription {
  readonly status: string;
  readonly flowRatio: number;
}

const PREFIX = '/wechat/';
/** The address of every caller. */
const CALLER = '127.0.0.1';
const MAX_PAGE = 20;

type Input = Readonly<Record<string, unknown>>;

/** The local WeChat API, with the members that tests read and set. */
export class WeChat implements Endpoint {
  /** The host that it replaces. */
  readonly recordedAs = 'api.weixin.qq.com';
  /** A test can change it at any time. */
  readonly behavior: WeChatBehavior;
  /** The addresses from which the platform's tokens are accepted. @default - all */
  allowedAddresses?: readonly string[];
  private readonly tokens: Tokens;
  private readonly services: CloudBaseServices;

  constructor(private readonly world: World) {
    this.behavior = defaultBehavior(world.readings);
    this.tokens = new Tokens(world.clock, this.behavior);
    this.services = new CloudBaseServices(this.behavior);
  }

  /** @deprecated its former name: use `behavior`. */
  get behaviour(): WeChatBehavior {
    return this.behavior;
  }

  /** The endpoint that replaces `https://api.weixin.qq.com`. */
  get endpoint(): string {
    return `${this.world.endpoint}${PREFIX.slice(0, -1)}`;
  }

  /** The platform's current component_access_token. */
  get accessToken(): string {
    return this.tokens.current;
  }

  /** The credentials from which tokens are made. */
  get platform(): Platform {
    return this.tokens.platform;
  }

  /** Makes a new token, as the platform does every two hours. */
  rotateToken(): string {
    return this.tokens.issue();
  }

  /** Ends the lifetime of the current token. */
  expireToken(): void {
    this.tokens.expire();
  }

  /** Adds versions to a service. Creates the service and its environment if they do not exist. */
  addVersions(environmentId: string, serverName: string, versions: readonly SeededCloudBaseVersion[]): void {
    this.services.add({ env: environmentId, server: serverName }, versions, this.world.clock.now());
  }

  /** Moves the traffic of a service by hand: percent by version. Other versions get none. */
  route(environmentId: string, serverName: string, traffic: Readonly<Record<string, number>>): void {
    const versions = this.services.find({ env: environmentId, server: serverName })?.values() ?? [];
    for (const version of versions) version.flowRatio = traffic[version.name] ?? 0;
  }

  /** The versions of a service, or undefined if the service does not exist. */
  describe(
    environmentId: string,
    serverName: string,
  ): Readonly<Record<string, CloudBaseVersionDescription>> | undefined {
    const versions = this.services.find({ env: environmentId, server: serverName });
    return (
      versions &&
      Object.fromEntries([...versions.values()].map(({ name, status, flowRatio }) => [name, { status, flowRatio }]))
    );
  }

  /** `environment/service` of the services whose images were deleted with them. */
  get deletedImages(): readonly string[] {
    return this.services.deletedImages;
  }

  isFor(request: HttpRequest): boolean {
    return request.path.startsWith(PREFIX);
  }

  /** The input does not contain the token, so that the record of calls does not show it. */
  read(request: HttpRequest): UnsignedCall {
    const path = request.path.slice(PREFIX.length);
    const input = parse(request.body);
    const members = typeof input === 'object' ? input : {};
    return {
      operation: path.slice(path.lastIndexOf('/') + 1),
      input: members,
      about: String(members.version_name ?? members.service_name),
      run: () => this.serve(path, request, input),
    };
  }

  /** An error of the WeChat API as JSON. Another error has the form of a proxy's answer. */
  writeError({ code, message, status }: ServiceError): HttpAnswer {
    if (!Number.isInteger(Number(code))) return { status, body: message };
    return json({ errcode: Number(code), errmsg: `${message} rid: ${randomUUID()}` }, status);
  }

  // unverified: which of two errors comes first.
  private serve(path: string, { method, query }: HttpRequest, input: Input | 'empty' | 'unreadable'): HttpAnswer {
    const operation = this.operations[path];
    if (!operation) return { status: 404, body: 'Not Found' };
    if (method !== 'POST') throw weChatError(43002);
    if (operation.needsToken) this.tokens.check(query.get('access_token'));
    if (this.allowedAddresses && !this.allowedAddresses.includes(CALLER)) {
      throw weChatError(this.behavior.addressCode, `access clientip is not registered requestIP: ${CALLER}`);
    }
    if (input === 'empty') throw weChatError(44002);
    if (input === 'unreadable') throw weChatError(47001);
    const answer = operation.run(input);
    return json(this.behavior.numbers === 'text' ? withoutNumbers(answer) : answer);
  }

  private time(time: number): string | number | undefined {
    return TIMES[this.behavior.times](time);
  }

  private readonly operations: Readonly<Record<string, { needsToken: boolean; run(input: Input): object }>> = {
    'componenttcb/deletecloudbaserunserverversion': {
      needsToken: true,
      run: input => {
        this.services.remove({
          env: text(input, 'env_id'),
          server: text(input, 'server_name'),
          version: text(input, 'version_name'),
          deleteServer: flag(input, 'is_delete_server'),
          deleteImage: flag(input, 'is_delete_image'),
        });
        return { ...OK, result: 'succ' };
      },
    },
    'componenttcb/getcsversionlist': {
      needsToken: true,
      run: input => {
        if (this.behavior.listing === 'retired') throw weChatError(48001);
        const at = { env: text(input, 'env'), server: text(input, 'service_name') };
        const [limit, offset] = [count(input, 'limit', MAX_PAGE), count(input, 'offset', 0)];
        const all = this.services.list(at);
        // unverified: that a longer page is shortened, and not refused.
        const items = all.slice(offset, offset + Math.min(limit, MAX_PAGE)).map(version => ({
          version_name: version.name,
          status: version.status,
          created_time: this.time(version.createdAt),
          updated_time: this.time(version.createdAt),
          flow_ratio: version.flowRatio,
        }));
        return { ...OK, total: all.length, items };
      },
    },
    'componenttcb/getcslist': {
      needsToken: true,
      run: input => {
        if (this.behavior.listing === 'retired') throw weChatError(48001);
        const [limit, offset] = [count(input, 'limit', MAX_PAGE), count(input, 'offset', 0)];
        const all = this.services.namesIn(text(input, 'env'));
        const cslist = all.slice(offset, offset + Math.min(limit, MAX_PAGE)).map(server_name => ({ server_name }));
        return { ...OK, total: all.length, cslist };
      },
    },
    'cgi-bin/component/api_component_token': { needsToken: false, run: input => this.tokens.make(input) },
  };
}

const OK = { errcode: 0, errmsg: 'ok' };

const json = (body: object, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; encoding=utf-8' },
  body: JSON.stringify(body),
});

function parse(body: Buffer): Input | 'empty' | 'unreadable' {
  if (body.length === 0) return 'empty';
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Input) : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (value === undefined || value === '') throw weChatError(40101);
  if (typeof value !== 'string') throw weChatError(40097);
  return value;
}

function flag(input: Input, name: string): boolean {
  const value = input[name] ?? false;
  if (typeof value !== 'boolean') throw weChatError(40097);
  return value;
}

function count(input: Input, name: string, absent: number): number {
  const value = input[name] ?? absent;
  if (!Number.isInteger(value) || (value as number) < 0) throw weChatError(40097);
  return value as number;
}

function withoutNumbers(answer: object): object {
  return JSON.parse(JSON.stringify(answer, (_, value: unknown) => (typeof value === 'number' ? String(value) : value)));
}

const TIMES: Readonly<Record<WeChatBehavior['times'], (time: number) => string | number | undefined>> = {
  beijing: beijingTime,
  iso: time => new Date(time).toISOString(),
  epoch: time => Math.floor(time / 1000),
  absent: () => undefined,
};

/** unverified: that times, which have no zone, are in Beijing time. */
function beijingTime(time: number): string {
  return new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
