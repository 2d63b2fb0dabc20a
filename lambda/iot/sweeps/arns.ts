/** ARNs in the account and region of a stack. */

export function iotArn(stackId: string, resource: string): string {
  const [, partition, , region, account] = stackId.split(':');
  return `arn:${partition}:iot:${region}:${account}:${resource}`;
}

/** The name at the end of a thing's ARN. */
export function thingNameOf(thingArn: string): string {
  return thingArn.slice(thingArn.indexOf('/') + 1);
}

export interface DeployedVersion {
  readonly packageName: string;
  readonly versionName: string;
}

/** What a job's destination names; `undefined` for an ARN of any other form. */
export function deployedVersion(arn: string): DeployedVersion | undefined {
  const match = /:package\/([^/]+)\/version\/([^/]+)$/.exec(arn);
  return match ? { packageName: match[1], versionName: match[2] } : undefined;
}
