import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DefaultPackageVersion, PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';

/** The template of a stack in China that has an artifact of each type. */
function templateInChina(context: Record<string, unknown>): string {
  const env = { account: '222222222222', region: 'cn-north-1' };
  const stack = new Stack(new App({ context }), 'Stack', { env });
  const firmware = new SoftwarePackage(stack, 'Firmware');
  const version = firmware.addVersion('V', { versionName: '1.0.0', status: PackageVersionStatus.PUBLISHED });
  new DefaultPackageVersion(stack, 'DefaultVersion', { version });
  SoftwarePackage.fromPackageName(stack, 'Imported', 'p').addVersion('V', { versionName: '1.0.0' });
  return JSON.stringify(Template.fromStack(stack).toJSON());
}

test('no ARN names the partition of the public regions', () => {
  expect(templateInChina({})).not.toContain('arn:aws:');
});

test('ARNs with a literal partition name the one of the region', () => {
  const template = templateInChina({ '@aws-cdk/core:enablePartitionLiterals': true });
  expect(template).toContain('arn:aws-cn:iot:cn-north-1:222222222222:package/p/version/*');
  expect(template).not.toContain('arn:aws:');
});
