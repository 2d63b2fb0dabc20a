import { type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type IConstruct } from 'constructs';
import { type AccessTokenProperty, ComponentAppIdShape, type SecretValueProperty } from '../../contract/wechat';
import { SECRET, requireArgument } from '../core/arguments';
import { missing, validate } from '../core/validation';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { allowReading } from './permissions';

/** Where the token is in a secret. */
export interface SecretTokenOptions {
  /**
   * The field, where the secret is a JSON object.
   *
   * @default - the whole secret is the token
   */
  readonly jsonField?: string;
}

/** What a new token is made from. */
export interface MintedTokenProps {
  /** The app id of the third-party platform. */
  readonly componentAppId: string;

  /** The secret with the platform's app secret. */
  readonly appSecret: ISecret;

  /**
   * The field of `appSecret`, where that is a JSON object.
   *
   * @default - the whole secret is the app secret
   */
  readonly appSecretField?: string;

  /** The secret to which the platform writes each `component_verify_ticket` that WeChat pushes to it. */
  readonly verifyTicket: ISecret;

  /**
   * The field of `verifyTicket`, where that is a JSON object.
   *
   * @default - the whole secret is the ticket
   */
  readonly verifyTicketField?: string;
}

/**
 * The `component_access_token` of a third-party platform. It is looked up when it is needed: no template, log or error
 * holds it.
 *
 * @example
 * import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
 * import { CloudBaseServiceVersion, WeChatAccessToken } from 'cdk-versioned-artifacts';
 *
 * const secret = Secret.fromSecretNameV2(this, 'Token', 'wechat/component-access-token');
 * new CloudBaseServiceVersion(this, 'Api', {
 *   environmentId: 'prod-6gxk23',
 *   serverName: 'api',
 *   versionName: 'api-012',
 *   accessToken: WeChatAccessToken.fromSecret(secret, { jsonField: 'token' }),
 * });
 */
export class WeChatAccessToken {
  /**
   * The current token. Your own code that renews the platform's token must write each new token to the secret.
   *
   * @param secret the secret; the provider may read it
   * @param options where in the secret the token is
   */
  public static fromSecret(secret: ISecret, options: SecretTokenOptions = {}): WeChatAccessToken {
    requireArgument('WeChatAccessToken.fromSecret', secret, SECRET);
    const current = secretValue(secret, options.jsonField);
    return new WeChatAccessToken([secret], () => ({ Current: current }));
  }

  /**
   * A new token for each event and each slice of a sweep, made by `api_component_token`. Only for a platform that has
   * no other use for its token: WeChat's error 40001 ("invalid or not latest") suggests that a new token voids the one
   * before, whoever uses that, and the number of tokens a day is limited.
   *
   * @param props what the token is made from
   */
  public static minted(props: MintedTokenProps): WeChatAccessToken {
    const problem = missing(props, 'componentAppId', 'appSecret', 'verifyTicket');
    if (problem) throw new Error(problem);
    const { componentAppId, appSecret, appSecretField, verifyTicket, verifyTicketField } = props;
    for (const secret of [appSecret, verifyTicket]) requireArgument('WeChatAccessToken.minted', secret, SECRET);
    return new WeChatAccessToken([appSecret, verifyTicket], scope => {
      validate(scope, ComponentAppIdShape, componentAppId);
      return {
        Minted: {
          ComponentAppId: componentAppId,
          AppSecret: secretValue(appSecret, appSecretField),
          VerifyTicket: secretValue(verifyTicket, verifyTicketField),
        },
      };
    });
  }

  private constructor(
    private readonly secrets: readonly ISecret[],
    private readonly render: (scope: IConstruct) => AccessTokenProperty,
  ) {}

  /**
   * Where the token comes from, and the permission to read it.
   *
   * @internal
   */
  public _bind(scope: IConstruct, provider: ArtifactProvider): AccessTokenProperty {
    for (const secret of this.secrets) allowReading(provider, secret);
    return this.render(scope);
  }
}

const secretValue = (secret: ISecret, JsonField?: string): SecretValueProperty => ({
  SecretId: secret.secretArn,
  JsonField,
});
