import { Shape, map, oneOf, optional, string, struct } from '../../contract/shape';
import { type CloudFormationEvent, type RawProperties } from './custom-resource';

/** What it takes to answer, whatever else is wrong with an event. */
export type Envelope = Pick<
  CloudFormationEvent,
  'ResponseURL' | 'StackId' | 'RequestId' | 'LogicalResourceId' | 'PhysicalResourceId'
>;

const url = new Shape<string>((value, property) => {
  const text = string().decode(value, property);
  // the value itself is a credential, so the message does not show it.
  if (!/^https?:/.test(text) || !URL.canParse(text)) throw new Error(`property ${property} must be an http(s) URL`);
  return text;
});

const rawProperties: Shape<RawProperties> = map(new Shape<unknown>(value => value));

const envelopeFields = {
  ResponseURL: url,
  StackId: string(),
  RequestId: string(),
  LogicalResourceId: string(),
  PhysicalResourceId: optional(string()),
};

const envelopeShape: Shape<Envelope> = struct(envelopeFields);

const eventShape: Shape<CloudFormationEvent> = struct({
  ...envelopeFields,
  RequestType: oneOf('Create', 'Update', 'Delete'),
  ResourceType: string(),
  ResourceProperties: rawProperties,
  OldResourceProperties: optional(rawProperties),
});

/** Throws where nobody could be answered: this is no event of CloudFormation's. */
export function parseEnvelope(input: unknown): Envelope {
  return envelopeShape.decode(structure(input), '');
}

export function parseEvent(input: unknown): CloudFormationEvent {
  const event = eventShape.decode(structure(input), '');
  if (event.RequestType !== 'Create' && event.PhysicalResourceId === undefined) {
    throw new Error(`property PhysicalResourceId must be a string in ${event.RequestType}, got nothing`);
  }
  return event;
}

function structure(input: unknown): RawProperties {
  return rawProperties.decode(input, 'event');
}
