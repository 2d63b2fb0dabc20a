/** What one writes by hand: the SDK's client and an answer, without a guard. It is bundled as its author would. */
import { DeletePackageVersionCommand, IoTClient, ResourceNotFoundException } from '@aws-sdk/client-iot';

interface Event {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceProperties: { readonly PackageName: string; readonly VersionName: string };
}

const iot = new IoTClient({});

export async function handler(event: Event): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  const { PackageName: packageName, VersionName: versionName } = event.ResourceProperties;
  try {
    if (event.RequestType === 'Delete') await iot.send(new DeletePackageVersionCommand({ packageName, versionName }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer), headers: { 'content-type': '' } });
}
