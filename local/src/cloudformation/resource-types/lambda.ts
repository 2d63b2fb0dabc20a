/** Functions and who may invoke them. */
import { isDeepStrictEqual } from 'node:util';
import { strToU8, zipSync } from 'fflate';
import { Properties } from '../template';
import { ResourceType, generatedName, tagMap, unlessMissing } from './resource-type';

/** Properties that are members of a function's configuration under the same name. */
const CONFIGURATION = [
  'Description',
  'Environment',
  'EphemeralStorage',
  'Handler',
  'KMSKeyArn',
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
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call }) => unlessMissing(call('lambda', 'DeleteFunction', { FunctionName: physicalId })),
};

function configuration(properties: Properties): Properties {
  const { MemorySize, Timeout } = properties;
  return {
    ...Object.fromEntries(CONFIGURATION.map(name => [name, properties[name]])),
    MemorySize: MemorySize === undefined ? undefined : Number(MemorySize),
    Timeout: Timeout === undefined ? undefined : Number(Timeout),
  };
}

/** Code in the template itself becomes the one file of a package; other code is in S3. */
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
