/** The properties of the IoT resources, decoded. */
import { type Removal, type TagProperty } from '../../contract/custom-resource';
import {
  type DefaultPackageVersionProperties,
  type S3LocationProperty,
  type SoftwarePackageProperties,
  type SoftwarePackageVersionProperties,
} from '../../contract/iot/software-packages';
import { boolean, listOf, mapOf, oneOf, optional, properties, string, struct, withDefault } from '../runtime/decode';

const tag = struct<TagProperty>({ Key: string, Value: withDefault(string, '') });
const s3Location = struct<S3LocationProperty>({ Bucket: string, Key: string, Version: optional(string) });
const removal = oneOf<Removal>('DELETE', 'DEPRECATE', 'RETAIN');
const artifact = { AdoptExisting: optional(boolean), Salt: optional(string) };

export const decodePackage = properties<SoftwarePackageProperties>({
  ...artifact,
  PackageName: string,
  Description: optional(string),
  Tags: optional(listOf(tag)),
  Removal: optional(removal),
});

export const decodeVersion = properties<SoftwarePackageVersionProperties>({
  ...artifact,
  PackageName: string,
  VersionName: string,
  Description: optional(string),
  Attributes: optional(mapOf(string)),
  Artifact: optional(s3Location),
  Recipe: optional(string),
  Sbom: optional(s3Location),
  WaitForSbomValidation: optional(boolean),
  Tags: optional(listOf(tag)),
  Status: optional(oneOf('DRAFT', 'PUBLISHED', 'DEPRECATED')),
  Removal: optional(removal),
});

export const decodeDefaultVersion = properties<DefaultPackageVersionProperties>({
  ...artifact,
  PackageName: string,
  VersionName: string,
  Removal: optional(removal),
});
