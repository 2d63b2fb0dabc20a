/** The package `brake-ecu`, and a stack: what imports this has a local AWS of its own in each test. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { type Reply, Stack } from './stack';

export const VERSION = SoftwarePackageResourceType.VERSION;
export const PACKAGE = 'brake-ecu';

export let aws: LocalAws;
export let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start();
  await aws.iot.createPackage(PACKAGE);
  stack = new Stack(aws);
});
afterEach(() => aws.stop());

export const version = (versionName = '1.0.0', more: object = {}) => ({
  PackageName: PACKAGE,
  VersionName: versionName,
  Removal: 'DELETE',
  ...more,
});
export const published = (versionName = '1.0.0', more: object = {}) =>
  version(versionName, { Status: 'PUBLISHED', ...more });
export const held = (versionName = '1.0.0') => aws.iot.describe(PACKAGE)?.versions[versionName];
export const succeeded = (reply: Reply): Reply => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply;
};
export const created = async (properties: object, logicalId = 'V', by = stack) =>
  succeeded(await by.create(VERSION, logicalId, properties)).PhysicalResourceId;
