/** What the tables of constraints are made of. */

/** Inputs that satisfy every constraint; what else a call wants does not matter here. */
export const VALID: Record<string, Record<string, unknown>> = {
  CreatePackage: { packageName: 'p' },
  GetPackage: { packageName: 'p' },
  UpdatePackage: { packageName: 'p' },
  DeletePackage: { packageName: 'p' },
  ListPackages: {},
  UpdatePackageConfiguration: {},
  CreatePackageVersion: { packageName: 'p', versionName: '1' },
  GetPackageVersion: { packageName: 'p', versionName: '1' },
  UpdatePackageVersion: { packageName: 'p', versionName: '1' },
  DeletePackageVersion: { packageName: 'p', versionName: '1' },
  ListPackageVersions: { packageName: 'p' },
  AssociateSbomWithPackageVersion: {
    packageName: 'p',
    versionName: '1',
    sbom: { s3Location: { bucket: 'b', key: 'k' } },
  },
  DisassociateSbomFromPackageVersion: { packageName: 'p', versionName: '1' },
  ListSbomValidationResults: { packageName: 'p', versionName: '1' },
  TagResource: { resourceArn: 'arn', tags: [] },
  UntagResource: { resourceArn: 'arn', tagKeys: [] },
  ListTagsForResource: { resourceArn: 'arn' },
  UpdateIndexingConfiguration: {},
  SearchIndex: { queryString: '*' },
  CreateJob: { jobId: 'j', targets: ['arn'] },
  DescribeJob: { jobId: 'j' },
  GetJobDocument: { jobId: 'j' },
  UpdateJob: { jobId: 'j' },
  CancelJob: { jobId: 'j' },
  DeleteJob: { jobId: 'j' },
  ListJobs: {},
  AssociateTargetsWithJob: { jobId: 'j', targets: ['arn'] },
  DescribeJobExecution: { jobId: 'j', thingName: 't' },
  CancelJobExecution: { jobId: 'j', thingName: 't' },
  DeleteJobExecution: { jobId: 'j', thingName: 't', executionNumber: 1 },
  ListJobExecutionsForJob: { jobId: 'j' },
  ListJobExecutionsForThing: { thingName: 't' },
};

/** A member of the input of some operations, with values that satisfy its constraints and values that do not. */
export interface MemberRule {
  readonly member: string;
  readonly operations: readonly string[];
  readonly good: readonly unknown[];
  readonly bad: readonly (readonly [value: unknown, constraint: string])[];
}

export const named = (pattern: RegExp) => Object.keys(VALID).filter(name => pattern.test(name));

export const PRINTABLE = 'satisfy regular expression pattern: [^\\p{C}]+';

export const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
