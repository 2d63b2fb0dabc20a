/**
 * Every constraint that the API reference of AWS IoT documents for the members of an input: of the software package
 * catalog, tags and the indexing configuration.
 */
import { flag, integer, list, map, oneOf, required, structure, text } from '../shape';

const packageName = text({ min: 1, max: 128, pattern: /[a-zA-Z0-9\-_.]+/u });
const versionName = text({ min: 1, max: 64, pattern: /[a-zA-Z0-9\-_.]+/u });
// the minimum is 0, the pattern wants a character all the same: an empty description is refused.
const description = text({ min: 0, max: 1024, pattern: /[^\p{C}]+/u });
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
} as const;
