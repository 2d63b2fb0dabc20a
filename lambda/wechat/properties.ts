/** The properties of the WeChat resources, decoded. */
import {
  type AccessTokenProperty,
  type CloudBaseServiceVersionProperties,
  type MintedTokenProperty,
  type SecretValueProperty,
} from '../../contract/wechat/service-versions';
import { boolean, oneOf, optional, properties, string, struct } from '../runtime/decode';

const secretValue = struct<SecretValueProperty>({ SecretId: string, JsonField: optional(string) });
const accessToken = struct<AccessTokenProperty>({
  Current: optional(secretValue),
  Minted: optional(
    struct<MintedTokenProperty>({ ComponentAppId: string, AppSecret: secretValue, VerifyTicket: secretValue }),
  ),
});

export const decodeServiceVersion = properties<CloudBaseServiceVersionProperties>({
  EnvironmentId: string,
  ServerName: string,
  VersionName: string,
  AccessToken: accessToken,
  ApiEndpoint: optional(string),
  DeleteServerWithLastVersion: optional(boolean),
  DeleteImageWithServer: optional(boolean),
  OnRefusal: optional(oneOf('FAIL', 'LEAVE')),
  Verification: optional(oneOf('LISTING', 'NONE')),
  Salt: optional(string),
});
