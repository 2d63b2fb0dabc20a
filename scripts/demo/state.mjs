// What AWS IoT and CloudFormation hold, asked with the real SDK.
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetPackageCommand, GetPackageVersionCommand, ListPackageVersionsCommand } from '@aws-sdk/client-iot';

/** The state of the stack and of the package: `{ stack, package, versions }`. */
export async function stateOf({ cloudFormation, iot }, stackName, packageName) {
  return {
    stack: await stackStatus(cloudFormation, stackName),
    ...(await packageState(iot, packageName)),
  };
}

export async function stackStatus(cloudFormation, StackName) {
  const answer = await orUndefined('ValidationError', cloudFormation.send(new DescribeStacksCommand({ StackName })));
  return answer?.Stacks[0].StackStatus ?? 'none';
}

async function packageState(iot, packageName) {
  const found = await orUndefined('ResourceNotFoundException', iot.send(new GetPackageCommand({ packageName })));
  if (!found) return { package: 'none', versions: [] };
  const { packageVersionSummaries } = await iot.send(new ListPackageVersionsCommand({ packageName }));
  const versions = [];
  for (const { versionName, status } of packageVersionSummaries) {
    const { attributes = {} } = await iot.send(new GetPackageVersionCommand({ packageName, versionName }));
    versions.push({ version: versionName, status, isDefault: found.defaultVersionName === versionName, attributes });
  }
  return { package: packageName, versions };
}

export async function orUndefined(errorName, promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === errorName) return undefined;
    throw error;
  }
}
