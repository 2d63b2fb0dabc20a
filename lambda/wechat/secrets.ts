import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type SecretValueProperty } from '../../contract/wechat';

/** Reads a secret's current value, or a field of it. No error shows the value. */
export async function readSecret(
  client: SecretsManagerClient,
  { SecretId, JsonField }: SecretValueProperty,
): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  const value = JsonField === undefined ? SecretString : fieldOf(SecretString, JsonField, SecretId);
  const text = value?.trim();
  if (text) return text;
  const where = JsonField === undefined ? 'has no text' : `has no text in its field ${JsonField}`;
  throw new Error(`secret ${SecretId} ${where}: write the value there`);
}

function fieldOf(text: string | undefined, field: string, secretId: string): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text ?? '');
  } catch {
    throw new Error(`secret ${secretId} must be a JSON object with the field ${field}, got text that is not JSON`);
  }
  const value: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, field) : undefined;
  return typeof value === 'string' ? value : undefined;
}
