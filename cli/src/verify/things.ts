/** Things of AWS IoT, and what they say of their jobs: over HTTP, signed as the SDK signs. */
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteThingCommand,
  DeleteThingGroupCommand,
  DescribeEndpointCommand,
  type IoTClient,
  RemoveThingFromThingGroupCommand,
} from '@aws-sdk/client-iot';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

export class Things {
  constructor(private readonly iot: IoTClient) {}

  /** Makes a thing, and returns its ARN. */
  async make(thingName: string): Promise<string> {
    return (await this.iot.send(new CreateThingCommand({ thingName }))).thingArn ?? '';
  }

  async remove(thingName: string): Promise<void> {
    await this.iot.send(new DeleteThingCommand({ thingName }));
  }

  /** Makes a group, and returns its ARN. */
  async makeGroup(thingGroupName: string): Promise<string> {
    return (await this.iot.send(new CreateThingGroupCommand({ thingGroupName }))).thingGroupArn ?? '';
  }

  async join(thingName: string, thingGroupName: string): Promise<void> {
    await this.iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName }));
  }

  async leave(thingName: string, thingGroupName: string): Promise<void> {
    await this.iot.send(new RemoveThingFromThingGroupCommand({ thingName, thingGroupName }));
  }

  async removeGroup(thingGroupName: string): Promise<void> {
    await this.iot.send(new DeleteThingGroupCommand({ thingGroupName }));
  }

  /** Has a thing begin its next job: the one call of a device's that an experiment needs, of a client of its own. */
  async begin(thingName: string): Promise<void> {
    const { region, credentials } = this.iot.config;
    const { origin, hostname, host } = await this.endpoint();
    const path = `/things/${encodeURIComponent(thingName)}/jobs/$next`;
    const headers = { host, 'content-type': 'application/json' };
    const request = new HttpRequest({ method: 'PUT', hostname, path, headers, body: '{}' });
    const signer = new SignatureV4({
      credentials: await credentials(),
      region: await region(),
      service: 'iot-jobs-data',
      sha256: Sha256,
    });
    const signed = await signer.sign(request);
    const answer = await fetch(`${origin}${path}`, { method: 'PUT', headers: signed.headers, body: '{}' });
    if (!answer.ok) throw new Error(`a thing cannot begin its job: HTTP ${answer.status} ${await answer.text()}`);
  }

  private async endpoint(): Promise<URL> {
    const { endpointAddress } = await this.iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Jobs' }));
    const { env } = process;
    return new URL(env.AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE ?? env.AWS_ENDPOINT_URL ?? `https://${endpointAddress}`);
  }
}
