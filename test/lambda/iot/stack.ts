import { IoTClient } from '@aws-sdk/client-iot';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { IotGateway } from '../../../lambda/iot/gateway';
import { iotHandlers } from '../../../lambda/iot/handlers';
import { type Clock } from '../../../lambda/runtime/clock';
import { DirectHandler } from '../../../testing/direct-handler';
import { Stack as AnyStack, type Family } from '../../../testing/stack';

export type { Kill, Reply } from '../../../testing/stack';

const IOT: Family = {
  service: 'iot',
  handlers: (access, dying) => iotHandlers(dying(new IoTClient(access))),
};

/** A stack with software packages. */
export class Stack extends AnyStack {
  /** @param clock one that the local AWS shares. Absent: one of all stacks without */
  constructor(aws: LocalAws, name?: string, uuid?: string, clock?: Clock) {
    super({ ...IOT, clock }, aws, name, uuid);
  }
}

/** The calls of the service, without a stack. */
export function gatewayOf(aws: LocalAws): IotGateway {
  const { endpoint, region } = aws;
  const credentials = { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' };
  const requestHandler = new DirectHandler(aws);
  return new IotGateway(new IoTClient({ endpoint, region, credentials, maxAttempts: 1, requestHandler }));
}
