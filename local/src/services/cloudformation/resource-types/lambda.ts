/** Functions, and the permissions to invoke them. */
// documented: template reference, AWS::Lambda::Function, Permission and EventInvokeConfig: what Ref and GetAtt
// return, and what replaces the resource
import { isDeepStrictEqual } from 'node:util';
import { strToU8, zipSync } from 'fflate';
import { type Properties } from '../template';
import { type ResourceRequest, type ResourceType, generatedName, tagMap, unlessMissing } from './resource-type';

type Call = ResourceRequest['call'];

/** Properties that have the same name in a function's configuration. */
const CONFIGURATION = [
  'DeadLetterConfig',
  'Description',
  'Environment',
  'EphemeralStorage',
  'Handler',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'Role',
  'Runtime',
  'Timeout',
  'TracingConfig',
  'VpcConfig',
];

export const lambdaFunction: ResourceType = {
  createOnly: ['FunctionName', 'PackageType'],
  nameProperty: 'FunctionName',
  async create(request) {
    const { properties, call } = request;
    const { FunctionName, FunctionArn } = await call('lambda', 'CreateFunction', {
      ...configuration(properties),
      FunctionName: properties.FunctionName ?? generatedName(request, 64),
      Architectures: properties.Architectures,
      PackageType: properties.PackageType,
      Code: code(properties),
      Tags: tagMap(properties),
    });
    await reserveConcurrency(call, FunctionName, properties);
    return { physicalId: FunctionName, attributes: { Arn: FunctionArn } };
  },
  async update({ properties, oldProperties, physicalId, attributes, call }) {
    const { Architectures } = properties;
    const isSameCode =
      isDeepStrictEqual(properties.Code, oldProperties.Code) &&
      isDeepStrictEqual(Architectures, oldProperties.Architectures);
    if (!isSameCode) {
      await call('lambda', 'UpdateFunctionCode', { FunctionName: physicalId, Architectures, ...code(properties) });
    }
    await call('lambda', 'UpdateFunctionConfiguration', { FunctionName: physicalId, ...configuration(properties) });
    await reserveConcurrency(call, physicalId, properties);
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call }) => unlessMissing(call('lambda', 'DeleteFunction', { FunctionName: physicalId })),
};

function configuration(properties: Properties): Properties {
  const { MemorySize, Timeout } = properties;
  return {
    ...Object.fromEntries(CONFIGURATION.map(name => [name, properties[name]])),
    KMSKeyArn: properties.KmsKeyArn,
    MemorySize: MemorySize === undefined ? undefined : Number(MemorySize),
    Timeout: Timeout === undefined ? undefined : Number(Timeout),
  };
}

async function reserveConcurrency(call: Call, FunctionName: string, properties: Properties): Promise<void> {
  const { ReservedConcurrentExecutions } = properties;
  if (ReservedConcurrentExecutions === undefined) await call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
}

/** Code in the template becomes the only file of a package. Other code is in S3. */
function code({ Code }: Properties): Properties {
  const { ZipFile, ...location } = Code as Properties;
  if (typeof ZipFile !== 'string') return location;
  return { ZipFile: Buffer.from(zipSync({ 'index.js': strToU8(ZipFile) })).toString('base64') };
}

export const permission: ResourceType = {
  async create(request) {
    const { properties, call } = request;
    const StatementId = generatedName(request, 100);
    await call('lambda', 'AddPermission', { ...properties, StatementId });
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  delete: ({ physicalId, properties: { FunctionName }, call }) =>
    unlessMissing(call('lambda', 'RemovePermission', { FunctionName, StatementId: physicalId })),
};

/** The configuration of asynchronous invocations. */
export const eventInvokeConfig: ResourceType = {
  createOnly: ['FunctionName', 'Qualifier'],
  async create(request) {
    await request.call('lambda', 'PutFunctionEventInvokeConfig', request.properties);
    return { physicalId: generatedName(request) };
  },
  async update(request) {
    await request.call('lambda', 'PutFunctionEventInvokeConfig', request.properties);
    return request;
  },
  delete: ({ properties: { FunctionName }, call }) =>
    unlessMissing(call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName })),
};
