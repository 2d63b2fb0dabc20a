import { IoTClient } from '@aws-sdk/client-iot';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { iotHandlers } from '../../../lambda/iot/handlers';
import { Stack as AnyStack, type Family } from '../../../testing/stack';

export type { Kill, Reply } from '../../../testing/stack';

const IOT: Family = {
  service: 'iot',
  handlers: (access, dying) => iotHandlers(dying(new IoTClient(access))),
};

/** A stack with software packages. */
export class Stack extends AnyStack {
  constructor(aws: LocalAws, name?: string, uuid?: string) {
    super(IOT, aws, name, uuid);
  }
}
