import { type IoTClientConfig } from '@aws-sdk/client-iot';

type SignerConstructor = NonNullable<IoTClientConfig['signerConstructor']>;
type Signer = InstanceType<SignerConstructor>;

/** Says whose a request is and to which service, which is all that the local AWS reads of a signature. */
class NamingSigner implements Signer {
  constructor(private readonly options: ConstructorParameters<SignerConstructor>[0]) {}

  readonly sign: Signer['sign'] = async request => {
    const { credentials, region, service } = this.options;
    const { accessKeyId } = typeof credentials === 'function' ? await credentials() : credentials;
    const scope = [accessKeyId, '20260101', region, service, 'aws4_request'].join('/');
    request.headers.authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    return request;
  };
}

/** As little around a call as a client can do with. */
export const QUICK = {
  signerConstructor: NamingSigner,
  // what clients would otherwise look up in variables and files, each time that one is made.
  retryMode: 'standard',
  authSchemePreference: [] as string[],
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: '',
  disableClockSkewCorrection: true,
  // what each call would have put together anew.
  defaultUserAgentProvider: async () => [],
} as const;

/**
 * For clients of artifacts' handlers: what handles a call is put together once for each operation. A sweep adds to that
 * for a single call, which the next one must not have.
 */
export const KEPT = { cacheMiddleware: true } as const;

/** A developer's calls. */
export const DEVELOPER = { ...QUICK, credentials: { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' } };
