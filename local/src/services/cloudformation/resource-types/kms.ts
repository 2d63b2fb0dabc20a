/**
 * Keys and aliases. The local AWS encrypts nothing: the resources only have names, so that policies and properties can
 * refer to them.
 */
// documented: template reference, AWS::KMS::Key and Alias: what Ref and GetAtt return, and what replaces the
// resource
import { randomUUID } from 'node:crypto';
import { type ResourceType } from './resource-type';

export const key: ResourceType = {
  create({ world }) {
    const id = randomUUID();
    return Promise.resolve({ physicalId: id, attributes: { Arn: world.arn('kms', `key/${id}`), KeyId: id } });
  },
  update: request => Promise.resolve(request),
  delete: () => Promise.resolve(),
};

export const alias: ResourceType = {
  createOnly: ['AliasName'],
  nameProperty: 'AliasName',
  create: ({ properties }) => Promise.resolve({ physicalId: String(properties.AliasName) }),
  update: request => Promise.resolve(request),
  delete: () => Promise.resolve(),
};
