import { ScopedAws, Stack } from 'aws-cdk-lib';
import { ViaServicePrincipal } from 'aws-cdk-lib/aws-kms';
import { type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { type Permission } from '../provider/permissions';

/** What the provider needs in every stack. The access tokens tell which secrets it reads. */
export function providerPermissions(stack: Stack): Permission[] {
  return [
    // tells whether a version that leaves the stack has only moved to another construct of the stack.
    { actions: ['cloudformation:ListStackResources'], resources: [new ScopedAws(stack).stackId] },
  ];
}

/**
 * Lets the provider read a secret's value. `grantRead` would also let it describe the secret, which it does not need.
 */
export function allowReading(provider: ArtifactProvider, secret: ISecret): void {
  provider._allow({
    actions: ['secretsmanager:GetSecretValue'],
    // an ARN without its six random characters matches any secret of that name.
    resources: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
  });
  const service = `secretsmanager.${Stack.of(provider).region}.amazonaws.com`;
  secret.encryptionKey?.grantDecrypt(new ViaServicePrincipal(service, provider.grantPrincipal));
}
