import { type PackageVersionArtifact } from '@aws-sdk/client-iot';
import { SoftwarePackageResourceType as Type } from '../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS } from '../../contract/ownership';
import { STALE_READ } from './faults';
import { type Subject, operationsOf } from './operations';
import { type Known } from './report';
import { type Family, walk } from './walk';

const PACKAGE = 'brake-ecu';

const family: Family = {
  load: () => jest.requireActual('../../lambda/iot/handlers'),
  begin: async aws => {
    const { iot } = aws;
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    await aws.call('s3', 'PutBucketVersioning', { Bucket: 'assets', VersioningConfiguration: { Status: 'Enabled' } });
    await aws.call('s3', 'PutObject', { Bucket: 'assets', Key: 'ecu.bin', Body: 'firmware' });
    await iot.createPackage('other');
    await iot.createVersion('other', '0.1.0', { status: 'PUBLISHED' });
    await iot.createPackage('held');
    for (const version of ['0.1.0', '0.2.0']) await iot.createVersion('held', version, { status: 'PUBLISHED' });
    await aws.call('iot', 'UpdatePackage', { packageName: 'held', defaultVersionName: '0.1.0' });
    await iot.createPackage(PACKAGE);
    await iot.createVersion(PACKAGE, '0.1.0', { status: 'PUBLISHED' });
    await iot.createVersion(PACKAGE, '0.2.0', { status: 'PUBLISHED' });
  },
  snapshot: ({ iot }) =>
    ['other', 'held', PACKAGE, 'new', 'newer'].map(name => {
      const found = iot.describe(name);
      const versions = Object.entries(found?.versions ?? {}).map(([version, { tags, artifact, ...rest }]) => [
        version,
        { ...rest, tags: withoutTimes(tags), artifact: artifact && withoutVersion(artifact) },
      ]);
      return found && { ...found, tags: withoutTimes(found.tags), versions: Object.fromEntries(versions) };
    }),
  // what a rollback does not see is a rule of its own.
  always: (fault, { title }) =>
    fault === STALE_READ && /^(Create|Create by adoption|Update in place), rolled back$/.test(title),
};

/** Claims have the time of their event; and the version before a move is remembered until a deployment has succeeded. */
const withoutTimes = ({ [KEYS.formerVersion]: _, ...tags }: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, /^20\d\d-/.test(value) ? 'a time' : value]));

/** Whatever Amazon S3 has called the version of the object. */
const withoutVersion = ({ s3Location: { version: _, ...rest } = {}, ...artifact }: PackageVersionArtifact) => ({
  ...artifact,
  s3Location: rest,
});

const subjects: Subject[] = [
  {
    type: Type.PACKAGE,
    first: { PackageName: 'new', Description: 'a', Removal: 'DELETE' },
    changed: { PackageName: 'new', Description: 'b', Removal: 'DELETE' },
    replaced: { PackageName: 'newer', Removal: 'DELETE' },
    adopting: { PackageName: 'other', AdoptExisting: true, Removal: 'DELETE' },
  },
  {
    type: Type.VERSION,
    first: { PackageName: PACKAGE, VersionName: '1.0.0', Status: 'PUBLISHED', Description: 'a', Removal: 'DELETE' },
    changed: { PackageName: PACKAGE, VersionName: '1.0.0', Status: 'DEPRECATED', Description: 'b', Removal: 'DELETE' },
    replaced: { PackageName: PACKAGE, VersionName: '2.0.0', Status: 'PUBLISHED', Removal: 'DELETE' },
    adopting: {
      PackageName: PACKAGE,
      VersionName: '0.2.0',
      Status: 'DEPRECATED',
      AdoptExisting: true,
      Removal: 'DELETE',
    },
  },
  {
    type: Type.DEFAULT_VERSION,
    first: { PackageName: PACKAGE, VersionName: '0.1.0' },
    changed: { PackageName: PACKAGE, VersionName: '0.2.0' },
    replaced: { PackageName: 'other', VersionName: '0.1.0' },
    adopting: { PackageName: 'held', VersionName: '0.2.0', AdoptExisting: true },
  },
];

const known: Known[] = [
  {
    point: /to the end, call \d+ \(iot GET \/jobs\)/,
    why: 'as long as nobody knows whether a job deploys a version, the version stays, and belongs to nobody',
  },
];

for (const subject of subjects) walk(family, subject.type, operationsOf(subject), known);

const Artifact = { Bucket: 'assets', Key: 'ecu.bin', ResolveVersion: true };
const artifact = { resources: { It: { type: Type.VERSION, properties: { ...subjects[1].first, Artifact } } } };

walk(
  family,
  `${Type.VERSION}, with an artifact in Amazon S3`,
  [{ title: 'Create', given: [], release: artifact }],
  known,
);
