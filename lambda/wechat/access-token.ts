/** Where the platform's component_access_token comes from. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AccessTokenProperty, type MintedTokenProperty, type SecretValueProperty } from '../../contract/wechat';
import { codeOf, messageOf, shown } from './answer';
import { NoAnswer, WeChatError } from './errors';
import { type Post } from './transport';

const MINTING = 'cgi-bin/component/api_component_token';

/** A token that is read on first use, and again if it turns out to be old. */
export class AccessToken {
  private value?: Promise<string>;

  constructor(private readonly read: () => Promise<string>) {}

  current(): Promise<string> {
    if (!this.value) {
      const value = this.read();
      // a failed read is repeated on the next use.
      value.catch(() => this.forget(value));
      this.value = value;
    }
    return this.value;
  }

  /** Calls that find the token old at the same time read it again only once. */
  async renew(old: string): Promise<void> {
    const { value } = this;
    if ((await value) === old) this.forget(value);
  }

  private forget(value: Promise<string> | undefined): void {
    if (this.value === value) this.value = undefined;
  }
}

/** Reads a token from the place in the property. */
export async function readToken(
  { Current, Minted }: AccessTokenProperty,
  secrets: SecretsManagerClient,
  post: Post,
): Promise<string> {
  if (Current) return readSecret(secrets, Current);
  if (Minted) return mint(Minted, secrets, post);
  throw new Error('property AccessToken must have Current or Minted, got neither');
}

/** Makes a new token, which can void the one that the platform itself uses. */
async function mint(
  { ComponentAppId, AppSecret, VerifyTicket }: MintedTokenProperty,
  secrets: SecretsManagerClient,
  post: Post,
): Promise<string> {
  const [secret, ticket] = await Promise.all([readSecret(secrets, AppSecret), readSecret(secrets, VerifyTicket)]);
  const answer = await post(MINTING, {
    component_appid: ComponentAppId,
    component_appsecret: secret,
    component_verify_ticket: ticket,
  });
  const { component_access_token: token } = answer;
  if (typeof token === 'string' && token !== '') return token;
  const code = codeOf(answer);
  if (code === undefined) {
    throw new NoAnswer(`WeChat answered neither a token nor a code: ${shown(answer, secret, ticket)}`);
  }
  throw new WeChatError('api_component_token', code, messageOf(answer, secret, ticket));
}

/** Reads a secret's current value, or a field of it. No error shows the value. */
async function readSecret(client: SecretsManagerClient, { SecretId, JsonField }: SecretValueProperty): Promise<string> {
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
