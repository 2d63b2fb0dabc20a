/** ARNs in the account and region of a stack. */

export function iotArn(stackId: string, resource: string): string {
  const [, partition, , region, account] = stackId.split(':');
  return `arn:${partition}:iot:${region}:${account}:${resource}`;
}

/** The name at the end of a thing's ARN. */
export function thingNameOf(thingArn: string): string {
  return thingArn.slice(thingArn.indexOf('/') + 1);
}
