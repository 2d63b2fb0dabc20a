/**
 * The documented constraints of AWS IoT for the members of inputs: of the software package catalog, tags, fleet
 * indexing and jobs.
 */
// documented: API model; General Reference, for bytes of descriptions
import { decimal, flag, integer, list, map, oneOf, required, structure, text } from '../../core/shape';
import { EXECUTION_STATUSES } from './execution-status';

const packageName = text({ min: 1, max: 128, pattern: /[a-zA-Z0-9\-_.]+/u });
const versionName = text({ min: 1, max: 64, pattern: /[a-zA-Z0-9\-_.]+/u });
// the AWS General Reference counts bytes. The minimum is 0, but the pattern requires a character: an empty
// description is refused.
const description = text({ min: 0, max: 1024, bytes: true, pattern: /[^\p{C}]+/u });
const clientToken = text({ min: 36, max: 64, pattern: /\S{36,64}/u });
const attributes = map(text({ min: 1, pattern: /[a-zA-Z0-9:_-]+/u }), text({ min: 1, pattern: /[^\p{C}]+/u }));
const s3Location = structure({ bucket: text({ min: 1 }), key: text({ min: 1 }), version: text() });
const s3Object = structure({ s3Location });
const recipe = text({ max: 3072 });
const roleArn = text({ min: 20, max: 2048 });

const tagKey = text({ min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:/=+\-@]*/u });
const tagValue = text({ min: 0, max: 256 });
const tagMap = map(tagKey, tagValue, { min: 1, max: 50 });
export const tagList = list(structure({ Key: required(tagKey), Value: tagValue }));

const page = { maxResults: integer({ min: 1, max: 100 }), nextToken: text() };
const ofPackage = { packageName: required(packageName) };
const ofVersion = { ...ofPackage, versionName: required(versionName) };

export const PACKAGES = {
  CreatePackage: { ...ofPackage, description, tags: tagMap, clientToken },
  GetPackage: ofPackage,
  UpdatePackage: {
    ...ofPackage,
    description,
    defaultVersionName: versionName,
    unsetDefaultVersion: flag(),
    clientToken,
  },
  DeletePackage: { ...ofPackage, clientToken },
  ListPackages: page,
  GetPackageConfiguration: {},
  UpdatePackageConfiguration: { versionUpdateByJobsConfig: structure({ enabled: flag(), roleArn }), clientToken },
} as const;

export const VERSIONS = {
  CreatePackageVersion: {
    ...ofVersion,
    description,
    attributes,
    artifact: s3Object,
    recipe,
    tags: tagMap,
    clientToken,
  },
  GetPackageVersion: ofVersion,
  UpdatePackageVersion: {
    ...ofVersion,
    description,
    attributes,
    artifact: s3Object,
    recipe,
    action: oneOf('PUBLISH', 'DEPRECATE'),
    clientToken,
  },
  DeletePackageVersion: { ...ofVersion, clientToken },
  ListPackageVersions: { ...ofPackage, ...page, status: oneOf('DRAFT', 'PUBLISHED', 'DEPRECATED') },
} as const;

export const SBOMS = {
  AssociateSbomWithPackageVersion: { ...ofVersion, sbom: required(s3Object), clientToken },
  DisassociateSbomFromPackageVersion: { ...ofVersion, clientToken },
  ListSbomValidationResults: { ...ofVersion, ...page, validationResult: oneOf('FAILED', 'SUCCEEDED') },
} as const;

const resourceArn = text();

export const TAGS = {
  TagResource: { resourceArn: required(resourceArn), tags: required(tagList) },
  UntagResource: { resourceArn: required(resourceArn), tagKeys: required(list(tagKey)) },
  ListTagsForResource: { resourceArn: required(resourceArn), nextToken: text() },
} as const;

const fields = list(structure({ name: text(), type: oneOf('Number', 'String', 'Boolean') }));

export const INDEXING = {
  GetIndexingConfiguration: {},
  UpdateIndexingConfiguration: {
    thingIndexingConfiguration: structure({
      thingIndexingMode: required(oneOf('OFF', 'REGISTRY', 'REGISTRY_AND_SHADOW')),
      thingConnectivityIndexingMode: oneOf('OFF', 'STATUS'),
      deviceDefenderIndexingMode: oneOf('OFF', 'VIOLATIONS'),
      namedShadowIndexingMode: oneOf('OFF', 'ON'),
      managedFields: fields,
      customFields: fields,
      filter: structure({
        namedShadowNames: list(text({ min: 1, max: 64, pattern: /[$a-zA-Z0-9:_-]+/u })),
        geoLocations: list(structure({ name: text(), order: oneOf('LatLon', 'LonLat') })),
        connectivity: structure({ includeSocketInformation: list(oneOf('GET_THING_CONNECTIVITY_DATA')) }),
      }),
    }),
    thingGroupIndexingConfiguration: structure({
      thingGroupIndexingMode: required(oneOf('OFF', 'ON')),
      managedFields: fields,
      customFields: fields,
    }),
  },
  SearchIndex: {
    indexName: text({ min: 1, max: 128, pattern: /[a-zA-Z0-9:_-]+/u }),
    queryString: required(text({ min: 1 })),
    queryVersion: text(),
    maxResults: integer({ min: 1, max: 100 }),
    nextToken: text(),
  },
} as const;

const jobId = text({ min: 1, max: 64, pattern: /[a-zA-Z0-9_-]+/u });
const thingName = text({ min: 1, max: 128, pattern: /[a-zA-Z0-9:_-]+/u });
const namespaceId = text({ pattern: /[a-zA-Z0-9_-]+/u });
const jobTargets = list(text({ max: 2048 }), { min: 1 });
const comment = text({ max: 2028, pattern: /[^\p{C}]+/u });
const arnText = text({ min: 1, max: 1600, pattern: /arn:[!-~]+/u });
const dateTime = text({ min: 1, max: 64 });
const executionStatus = oneOf(...EXECUTION_STATUSES);
const jobPage = { maxResults: integer({ min: 1, max: 250 }), nextToken: text() };
const ofJob = { jobId: required(jobId) };
const ofExecution = { ...ofJob, thingName: required(thingName) };
const statusDetails = map(
  text({ min: 1, max: 128, pattern: /[a-zA-Z0-9:_-]+/u }),
  text({ min: 1, pattern: /[^\p{C}]+/u }),
  { max: 10 },
);

const jobConfiguration = {
  description: comment,
  presignedUrlConfig: structure({ roleArn, expiresInSec: integer({ min: 60, max: 3600 }) }),
  jobExecutionsRolloutConfig: structure({
    maximumPerMinute: integer({ min: 1 }),
    exponentialRate: structure({
      baseRatePerMinute: required(integer({ min: 1, max: 1000 })),
      incrementFactor: required(decimal({ min: 1.1, max: 5 })),
      rateIncreaseCriteria: required(
        structure({ numberOfNotifiedThings: integer({ min: 1 }), numberOfSucceededThings: integer({ min: 1 }) }),
      ),
    }),
  }),
  abortConfig: structure({
    criteriaList: required(
      list(
        structure({
          failureType: required(oneOf('FAILED', 'REJECTED', 'TIMED_OUT', 'ALL')),
          action: required(oneOf('CANCEL')),
          thresholdPercentage: required(decimal({ max: 100 })),
          minNumberOfExecutedThings: required(integer({ min: 1 })),
        }),
        { min: 1 },
      ),
    ),
  }),
  timeoutConfig: structure({ inProgressTimeoutInMinutes: integer({ min: 1, max: 10_080 }) }),
  jobExecutionsRetryConfig: structure({
    criteriaList: required(
      list(
        structure({
          failureType: required(oneOf('FAILED', 'TIMED_OUT', 'ALL')),
          numberOfRetries: required(integer({ min: 0, max: 10 })),
        }),
        { min: 1, max: 2 },
      ),
    ),
  }),
};

export const JOBS = {
  CreateJob: {
    ...ofJob,
    ...jobConfiguration,
    targets: required(jobTargets),
    document: text({ max: 32_768 }),
    documentSource: text({ min: 1, max: 1350 }),
    targetSelection: oneOf('CONTINUOUS', 'SNAPSHOT'),
    tags: tagList,
    namespaceId,
    jobTemplateArn: arnText,
    documentParameters: map(
      text({ min: 1, max: 128, pattern: /[a-zA-Z0-9_-]+/u }),
      text({ min: 1, max: 30_720, pattern: /[^\p{C}]+/u }),
    ),
    schedulingConfig: structure({
      startTime: dateTime,
      endTime: dateTime,
      endBehavior: oneOf('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'),
      maintenanceWindows: list(
        structure({
          startTime: required(text({ min: 1, max: 256 })),
          durationInMinutes: required(integer({ min: 1, max: 1430 })),
        }),
      ),
    }),
    destinationPackageVersions: list(arnText, { max: 25 }),
  },
  DescribeJob: { ...ofJob, beforeSubstitution: flag() },
  GetJobDocument: { ...ofJob, beforeSubstitution: flag() },
  UpdateJob: { ...ofJob, ...jobConfiguration, namespaceId },
  CancelJob: {
    ...ofJob,
    reasonCode: text({ max: 128, pattern: /[\p{Lu}\p{Nd}_]+/u }),
    comment,
    force: flag(),
  },
  DeleteJob: { ...ofJob, force: flag(), namespaceId },
  ListJobs: {
    ...jobPage,
    status: oneOf('IN_PROGRESS', 'CANCELED', 'COMPLETED', 'DELETION_IN_PROGRESS', 'SCHEDULED'),
    targetSelection: oneOf('CONTINUOUS', 'SNAPSHOT'),
    thingGroupName: text({ min: 1, max: 128, pattern: /[a-zA-Z0-9:_-]+/u }),
    thingGroupId: text({ min: 1, max: 128, pattern: /[a-zA-Z0-9-]+/u }),
    namespaceId,
  },
  AssociateTargetsWithJob: { ...ofJob, targets: required(jobTargets), comment, namespaceId },
} as const;

export const EXECUTIONS = {
  DescribeJobExecution: { ...ofExecution, executionNumber: integer() },
  CancelJobExecution: {
    ...ofExecution,
    force: flag(),
    expectedVersion: integer(),
    statusDetails,
  },
  DeleteJobExecution: { ...ofExecution, executionNumber: required(integer()), force: flag(), namespaceId },
  ListJobExecutionsForJob: { ...ofJob, ...jobPage, status: executionStatus },
  ListJobExecutionsForThing: {
    thingName: required(thingName),
    ...jobPage,
    status: executionStatus,
    jobId,
    namespaceId,
  },
} as const;

const ofThing = { thingName: required(thingName) };
const ofGroup = { thingGroupName: required(thingName) };

export const THINGS = {
  CreateThing: ofThing,
  DeleteThing: ofThing,
  CreateThingGroup: ofGroup,
  DeleteThingGroup: ofGroup,
  AddThingToThingGroup: { ...ofThing, ...ofGroup },
  RemoveThingFromThingGroup: { ...ofThing, ...ofGroup },
  DescribeEndpoint: { endpointType: text({ max: 128 }) },
} as const;

export const JOBS_DATA = {
  StartNextPendingJobExecution: { ...ofThing, statusDetails },
} as const;
