/**
 * Runs the handlers as they ship, on services that keep what they write to themselves: what a deployment does is decided
 * where it is decided in the deployment, and nowhere else.
 */
import { type GlueClient } from '@aws-sdk/client-glue';
import { type IoTClient } from '@aws-sdk/client-iot';
import { glueHandlers } from '../../../lambda/glue/handlers';
import { glueSweeps } from '../../../lambda/glue/sweeps';
import { iotHandlers } from '../../../lambda/iot/handlers';
import { iotSweeps } from '../../../lambda/iot/sweeps';
import { type Clock } from '../../../lambda/runtime/clock';
import { type Handlers, handleEvent } from '../../../lambda/runtime/handle-event';
import { type Fields, type Log } from '../../../lambda/runtime/log';
import { type CurrentVersion, type ReadObject, currentVersion, readObject } from '../../../lambda/runtime/s3-objects';
import { type SweepKinds } from '../../../lambda/sweep/source';
import { type WeChatClients } from '../../../lambda/wechat/clients';
import { weChatHandlers } from '../../../lambda/wechat/handlers';
import { stackResources } from '../../../lambda/wechat/stack-resources';
import { weChatSweeps } from '../../../lambda/wechat/sweeps';
import { type FileAsset } from '../assembly/assembly';
import { type Account } from '../aws/account';
import { assetReader, assetVersion, s3Access } from './asset-reader';
import { GlueRehearsal } from './glue-rehearsal';
import { IotRehearsal } from './iot-rehearsal';
import { Journal, type Write, rehearsing } from './journal';
import { PlannedView } from './planned-view';
import { WeChatRehearsal } from './wechat-rehearsal';

/** What CloudFormation would send. */
export interface PlannedEvent {
  readonly request: 'Create' | 'Update' | 'Delete';
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  /** Absent in Create. */
  readonly physicalId?: string;
  readonly properties: object;
  readonly oldProperties?: object;
}

/** A line that the handler has logged. */
export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Fields;
}

/** How an event would end. */
export interface Ending {
  /** Why it would fail; absent where it would not. */
  readonly failure?: string;
  readonly physicalId: string;
  readonly data: Readonly<Record<string, string>>;
  readonly writes: readonly Write[];
  readonly lines: readonly Line[];
}

/** Time that passes in sleeps alone, which take none. One that can be cut short ends by its signal only. */
class RehearsalClock implements Clock {
  private time = Date.now();

  readonly now = (): number => this.time;

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!signal) this.time += Math.max(0, milliseconds);
    else await new Promise<void>(wake => signal.addEventListener('abort', () => wake()));
  }
}

/** Milliseconds between two events: CloudFormation dates them by the second. */
const APART = 2_000;

export class Rehearsal {
  static async begin(account: Account, assets: readonly FileAsset[] = []): Promise<Rehearsal> {
    const access = await s3Access(account);
    return new Rehearsal(account, {
      read: assetReader(
        assets,
        account,
        readObject(undefined, () => access),
      ),
      currentVersion: assetVersion(
        assets,
        account,
        currentVersion(undefined, () => access),
      ),
    });
  }

  readonly clock: Clock = new RehearsalClock();
  readonly view: PlannedView;
  private readonly journal = new Journal();
  private readonly iot: IotRehearsal;
  private readonly glue: GlueRehearsal;
  private readonly weChat = new WeChatRehearsal(this.journal);
  private readonly handlers: Handlers;
  private requests = 0;

  private constructor(
    readonly account: Account,
    objects: { readonly read: ReadObject; readonly currentVersion: CurrentVersion },
  ) {
    const { now } = this.clock;
    this.view = new PlannedView(account.view, now);
    this.iot = new IotRehearsal(account.iot(), this.journal, { stackId: account.stackId('any'), now });
    this.glue = new GlueRehearsal(account.glue(), this.journal, now);
    this.handlers = {
      ...iotHandlers(this.iotClient(), objects.currentVersion),
      ...glueHandlers(this.glueClient(), objects.read),
      ...weChatHandlers(this.weChatClients()),
    } as Handlers;
  }

  /** The kinds of sweeps, over what there would be after what was rehearsed. Made for one run: it is paced. */
  sweeps(): SweepKinds {
    const once = { maxAttempts: 1 };
    return {
      ...iotSweeps(this.iotClient(once)),
      ...glueSweeps(this.glueClient(once)),
      ...weChatSweeps(this.weChatClients(once)),
    };
  }

  /** AWS IoT as it would be. */
  iotClient(attempts?: { readonly maxAttempts: number }): IoTClient {
    return rehearsing(this.account.iot(attempts), this.iot.answer);
  }

  glueClient(attempts?: { readonly maxAttempts: number }): GlueClient {
    return rehearsing(this.account.glue(attempts), this.glue.answer);
  }

  weChatClients(attempts?: { readonly maxAttempts: number }): WeChatClients {
    return {
      secrets: this.account.secrets(attempts),
      stackResources: stackResources(this.account.cloudFormation),
      transport: this.weChat.transport,
      ended: new AbortController().signal,
    };
  }

  /** Has the handler of an event answer it. */
  async play(event: PlannedEvent): Promise<Ending> {
    await this.clock.sleep(APART);
    const sentAt = Math.floor(this.clock.now() / 1000) * 1000;
    const place = this.journal.length;
    const lines: Line[] = [];
    let reply: Reply | undefined;
    this.view.operate({
      stackId: event.stackId,
      logicalId: event.logicalId,
      status: `${event.request.toUpperCase()}_IN_PROGRESS`,
      physicalId: event.physicalId,
      at: sentAt,
      properties: JSON.stringify(event.properties),
    });
    await handleEvent(this.sent(event, sentAt), CONTEXT, {
      clock: this.clock,
      put: async (_url, body) => {
        reply = JSON.parse(body) as Reply;
        return 200;
      },
      log: () => logInto(lines),
      service: async () => ({ handlers: () => this.handlers, view: () => this.view }),
    });
    const { Status, PhysicalResourceId, Reason = '', Data = {} } = reply ?? NO_REPLY;
    const isOk = Status === 'SUCCESS';
    this.view.ended(`${event.request.toUpperCase()}_${isOk ? 'COMPLETE' : 'FAILED'}`, PhysicalResourceId);
    return {
      ...(!isOk && { failure: Reason.replace(WHERE, '') }),
      physicalId: PhysicalResourceId,
      data: Data,
      writes: this.journal.since(place),
      lines,
    };
  }

  private sent(event: PlannedEvent, sentAt: number): object {
    const date = new Date(sentAt).toISOString().replace(/[-:]|\.\d+/g, '');
    return {
      RequestType: event.request,
      RequestId: `plan-${++this.requests}`,
      ResponseURL: `http://127.0.0.1/plan?X-Amz-Date=${date}&X-Amz-Expires=7200`,
      StackId: event.stackId,
      ResourceType: event.type,
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceProperties: { ServiceToken: 'plan', ...event.properties },
      OldResourceProperties: event.oldProperties,
    };
  }
}

interface Reply {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

const NO_REPLY: Reply = { Status: 'FAILED', PhysicalResourceId: '', Reason: 'the handler has not answered' };

const CONTEXT = { awsRequestId: 'plan', logGroupName: 'plan', getRemainingTimeInMillis: () => 900_000 };

/** Where a failure's log would be: there is none. */
const WHERE = / \(log group plan, request plan\)$/;

function logInto(lines: Line[]): Log {
  const line =
    (level: Line['level']) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ level, message, fields });
  return { info: line('info'), warn: line('warn'), error: line('error'), count: () => {} };
}
