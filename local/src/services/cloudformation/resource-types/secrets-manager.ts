/** Secrets, given or generated. */
// documented: template reference, AWS::SecretsManager::Secret: what Ref and GetAtt return, and what replaces the
// resource; API reference, GetRandomPassword
// unverified: that a secret is deleted without a recovery window
import { randomInt } from 'node:crypto';
import { type Properties } from '../template';
import { type ResourceType, generatedName, tagList, unlessMissing } from './resource-type';

export const secret: ResourceType = {
  createOnly: ['Name'],
  nameProperty: 'Name',
  async create(request) {
    const { properties, call } = request;
    const { ARN } = await call('secretsmanager', 'CreateSecret', {
      Name: properties.Name ?? generatedName(request),
      Description: properties.Description,
      SecretString: properties.SecretString ?? generated(properties.GenerateSecretString as Generation | undefined),
      Tags: tagList(properties),
    });
    return { physicalId: ARN, attributes: { Id: ARN } };
  },
  async update({ properties, oldProperties, physicalId, attributes, call }) {
    const isGeneratedAnew =
      JSON.stringify(properties.GenerateSecretString) !== JSON.stringify(oldProperties.GenerateSecretString);
    await call('secretsmanager', 'UpdateSecret', {
      SecretId: physicalId,
      Description: properties.Description,
      SecretString:
        properties.SecretString ??
        (isGeneratedAnew ? generated(properties.GenerateSecretString as Generation | undefined) : undefined),
    });
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call }) =>
    unlessMissing(call('secretsmanager', 'DeleteSecret', { SecretId: physicalId, ForceDeleteWithoutRecovery: true })),
};

interface Generation extends Properties {
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

function generated(generation: Generation = {}): string {
  const { SecretStringTemplate, GenerateStringKey, ...rules } = generation;
  const password = randomPassword(rules);
  if (GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate ?? '{}'), [GenerateStringKey]: password });
}

function randomPassword(rules: Properties): string {
  const isOn = (rule: unknown) => rule === true || rule === 'true';
  const characters = [
    isOn(rules.ExcludeUppercase) ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    isOn(rules.ExcludeLowercase) ? '' : 'abcdefghijklmnopqrstuvwxyz',
    isOn(rules.ExcludeNumbers) ? '' : '0123456789',
    isOn(rules.ExcludePunctuation) ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    isOn(rules.IncludeSpace) ? ' ' : '',
  ].join('');
  const allowed = [...characters].filter(character => !String(rules.ExcludeCharacters ?? '').includes(character));
  return Array.from({ length: Number(rules.PasswordLength ?? 32) }, () => allowed[randomInt(allowed.length)]).join('');
}
