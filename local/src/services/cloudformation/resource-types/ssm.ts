/** Parameters of the parameter store. */
// documented: template reference, AWS::SSM::Parameter: what Ref and GetAtt return, and what replaces the resource
import { type ResourceRequest, type ResourceType, generatedName, orUndefined, unlessMissing } from './resource-type';

export const parameter: ResourceType = {
  createOnly: ['Name'],
  nameProperty: 'Name',
  async create(request) {
    const name = String(request.properties.Name ?? `CFN-${generatedName(request)}`);
    await put(request, { Name: name, Overwrite: false });
    return { physicalId: name, attributes: attributes(request) };
  },
  async update(request) {
    await put(request, { Name: request.physicalId, Overwrite: true });
    return { physicalId: request.physicalId, attributes: attributes(request) };
  },
  async read({ physicalId, call }) {
    const found = await orUndefined(call('ssm', 'GetParameter', { Name: physicalId, WithDecryption: true }));
    return found && { Type: found.Parameter.Type, Value: found.Parameter.Value };
  },
  delete: ({ physicalId, call }) => unlessMissing(call('ssm', 'DeleteParameter', { Name: physicalId })),
};

async function put(
  { properties, call }: ResourceRequest,
  written: { readonly Name: string; readonly Overwrite: boolean },
): Promise<void> {
  const { Type, Value, Description } = properties;
  await call('ssm', 'PutParameter', { ...written, Type, Value: String(Value), Description });
}

const attributes = ({ properties: { Type, Value } }: ResourceRequest) => ({ Type, Value });
