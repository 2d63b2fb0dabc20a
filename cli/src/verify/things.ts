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
import { type Things } from './lab';

export function realThings(iot: IoTClient, region: string): Things {
  return {
    make: async thingName => (await iot.send(new CreateThingCommand({ thingName }))).thingArn ?? '',
    remove: async thingName => void (await iot.send(new DeleteThingCommand({ thingName }))),
    makeGroup: async group =>
      (await iot.send(new CreateThingGroupCommand({ thingGroupName: group }))).thingGroupArn ?? '',
    join: async (thingName, group) =>
      void (await iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName: group }))),
    leave: async (thingName, group) =>
      void (await iot.send(new RemoveThingFromThingGroupCommand({ thingName, thingGroupName: group }))),
    removeGroup: async group => void (await iot.send(new DeleteThingGroupCommand({ thingGroupName: group }))),
    begin: async thingName => {
      const { endpointAddress = '' } = await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Jobs' }));
      const credentials = await iot.config.credentials();
      const signer = new SignatureV4({ credentials, region, service: 'iot-jobs-data', sha256: Sha256 });
      const body = JSON.stringify({ stepTimeoutInMinutes: 1 });
      const request = new HttpRequest({
        method: 'PUT',
        protocol: 'https:',
        hostname: endpointAddress,
        path: `/things/${encodeURIComponent(thingName)}/jobs/$next`,
        headers: { host: endpointAddress, 'content-type': 'application/json' },
        body,
      });
      const { headers } = await signer.sign(request);
      const answer = await fetch(`https://${endpointAddress}${request.path}`, { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error(`a thing cannot begin its job: HTTP ${answer.status} ${await answer.text()}`);
    },
  };
}
