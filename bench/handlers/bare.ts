/** The least that answers: Node.js's own client, and no call of a service. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

interface Event {
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

export function handler(event: Event): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  const request = ResponseURL.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(ResponseURL, { method: 'PUT' }, response => response.resume().on('end', resolve));
    sent.on('error', reject).end(JSON.stringify(answer));
  });
}
