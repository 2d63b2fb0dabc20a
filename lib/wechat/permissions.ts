import { ScopedAws, Stack } from 'aws-cdk-lib';
import { ViaServicePrincipal } from 'aws-cdk-lib/aws-kms';
import { type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { type Permission } from '../provider/permissions';

/** What the provider needs whatever the stack declares. Which secrets it reads, the access tokens tell. */
export function providerPermissions(stack: Stack): Permission[] {
  return [
    // tells whether a version that leaves the stack has only moved to another construct of it.
    { actions: ['cloudformation:ListStackResources'], resources: [new ScopedAws(stack).stackId] },
  ];
}

/** Lets the provider read a secret's value. `grantRead` would let it describe the secret, too, which it does not. */
export function allowReading(provider: ArtifactProvider, secret: ISecret): void {
  provider._allow({
    actions: ['secretsmanager:GetSecretValue'],
    // an ARN without its six random characters is that of any secret of the name.
    resources: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
  });
  const service = `secretsmanager.${Stack.of(provider).region}.amazonaws.com`;
  secret.encryptionKey?.grantDecrypt(new ViaServicePrincipal(service, provider.grantPrincipal));
}
