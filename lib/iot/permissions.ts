import { ArnFormat, Aws, ScopedAws, type Stack } from 'aws-cdk-lib';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../contract/ownership';
import { MAX_LISTED, type Permission } from '../provider/permissions';
import { ownersPermissions } from '../provider/runtime-permissions';

const ANY_PACKAGE =
  'CloudFormation deletes packages and versions that have left the template after the policy no longer names them. The ' +
  'provider can only write to what is tagged with the id of this stack.';
const ANY_VERSION = 'CloudFormation deletes versions that have left the template after it has updated the policy.';

const ANY_JOB = 'The jobs that a sweep reads, or that protect a version, are only known when it runs.';

const TAGGING = ['iot:TagResource', 'iot:UntagResource'];

/** The ARN of a package, or of a version if one is named; either name can be `*`. */
export function packageArn(stack: Stack, packageName: string, versionName?: string): string {
  return stack.formatArn({
    service: 'iot',
    resource: 'package',
    resourceName: versionName === undefined ? packageName : `${packageName}/version/${versionName}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/** What the provider needs in every stack. */
export function providerPermissions(stack: Stack): Permission[] {
  return [
    {
      // required by every call that creates or updates a package or a version.
      actions: ['iot:GetIndexingConfiguration', 'iot:ListPackageVersions', 'iot:ListTagsForResource'],
      resources: ['*'],
      wildcardReason:
        'AWS IoT has no resource-level permissions for GetIndexingConfiguration and ListPackageVersions, and its ' +
        'authorization reference does not list packages or versions as resources of ListTagsForResource.',
    },
    ...permissionsOnWhatTheStackMade(stack),
  ];
}

/**
 * CloudFormation updates the policy before it deletes what the new template no longer has. So the Delete of a package
 * that was renamed or removed, and of its versions, must be allowed without the name. What the stack has made has the
 * stack's id in a tag.
 */
function permissionsOnWhatTheStackMade(stack: Stack): Permission[] {
  const anyPackage = packageArn(stack, '*');
  const tagged = (tag: string) => ({ StringEquals: { [`aws:ResourceTag/${tag}`]: Aws.STACK_ID } });
  return [
    {
      actions: [
        'iot:DeletePackage',
        'iot:DeletePackageVersion',
        'iot:UpdatePackage',
        'iot:UpdatePackageVersion',
        ...TAGGING,
      ],
      resources: [anyPackage],
      conditions: tagged(ARTIFACT_TAGS.stack),
      wildcardReason: ANY_PACKAGE,
    },
    {
      actions: ['iot:UpdatePackage', ...TAGGING],
      resources: [anyPackage],
      conditions: tagged(DEFAULT_POINTER_TAGS.stack),
      wildcardReason: ANY_PACKAGE,
    },
    // unconditional: the provider confirms a deletion by reading the artifact, which has no tags any more.
    { actions: ['iot:GetPackage', 'iot:GetPackageVersion'], resources: [anyPackage], wildcardReason: ANY_PACKAGE },
    // authorized on the version, as above, and on its package, which anybody can own.
    {
      actions: ['iot:DeletePackageVersion', 'iot:UpdatePackageVersion'],
      notResources: [packageArn(stack, '*', '*')],
    },
  ];
}

/** What adopting needs: the provider looks whether the stack has the artifact as a resource of AWS's own type. */
export function adoptionPermissions(stack: Stack): Permission[] {
  return [{ actions: ['cloudformation:ListStackResources'], resources: [new ScopedAws(stack).stackId] }];
}

/**
 * What every artifact needs. The last version of a stack that is deleted has left the template when the handler looks
 * whether a job deploys it.
 */
const artifactPermissions = (stack: Stack): Permission[] => [...ownersPermissions(stack), ...readingOfJobs(stack)];

/** What managing a package needs. */
export function packagePermissions(stack: Stack, packageName: string): Permission[] {
  return [
    ...artifactPermissions(stack),
    {
      actions: ['iot:CreatePackage', 'iot:DeletePackage', 'iot:UpdatePackage', ...TAGGING],
      resources: [packageArn(stack, packageName)],
      collapsedResource: packageArn(stack, '*'),
    },
  ];
}

/** What managing the versions of a package needs. */
export function versionPermissions(stack: Stack, packageName: string): Permission[] {
  return [
    ...artifactPermissions(stack),
    {
      actions: [
        'iot:CreatePackageVersion',
        'iot:DeletePackageVersion',
        'iot:DisassociateSbomFromPackageVersion',
        // the provider undesignates a default version before it deletes that version.
        'iot:UpdatePackage',
        'iot:UpdatePackageVersion',
        ...TAGGING,
      ],
      resources: [packageArn(stack, packageName), packageArn(stack, packageName, '*')],
      collapsedResource: packageArn(stack, '*'),
      wildcardReason: ANY_VERSION,
    },
  ];
}

/** What associating SBOMs with the versions of a package needs. */
export function sbomPermissions(stack: Stack, packageName: string): Permission[] {
  return [
    {
      actions: ['iot:AssociateSbomWithPackageVersion', 'iot:ListSbomValidationResults'],
      resources: [packageArn(stack, packageName, '*')],
      collapsedResource: packageArn(stack, '*', '*'),
      wildcardReason: ANY_VERSION,
    },
  ];
}

/** What designating the default version of a package needs. */
export function defaultPermissions(stack: Stack, packageName: string): Permission[] {
  return [
    ...artifactPermissions(stack),
    {
      actions: ['iot:UpdatePackage', ...TAGGING],
      resources: [packageArn(stack, packageName)],
      collapsedResource: packageArn(stack, '*'),
    },
  ];
}

/** What listing jobs needs. */
export const LISTING_OF_JOBS: Permission = {
  actions: ['iot:ListJobs'],
  resources: ['*'],
  wildcardReason: 'AWS IoT has no resource-level permissions for ListJobs.',
};

/** What finding out which versions jobs deploy needs. */
export const readingOfJobs = (stack: Stack): Permission[] => [
  LISTING_OF_JOBS,
  onJobs(stack, ['*'], ['iot:DescribeJob']),
];

/** What is allowed on jobs, by job ids as a policy names them. */
export function onJobs(stack: Stack, jobIds: readonly string[], actions: string[]): Permission {
  return {
    actions,
    resources: jobIds.map(jobId => iotArn(stack, 'job', jobId)),
    collapsedResource: iotArn(stack, 'job', '*'),
    maxListed: MAX_LISTED,
    wildcardReason: ANY_JOB,
  };
}

export const iotArn = (stack: Stack, resource: string, resourceName: string) =>
  stack.formatArn({ service: 'iot', resource, resourceName });
