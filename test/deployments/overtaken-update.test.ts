/**
 * K1: a call of a canceled Update takes effect when the rollback is over. The event notices that, and what it has
 * written is as the rollback has left it.
 */
import { SoftwarePackageResourceType as Type } from '../../contract/iot';
import { IOT, PACKAGE } from '../histories/families';
import { type Family, type Resources, World } from '../histories/world';

const FAMILY: Family = {
  ...IOT,
  operations: [...IOT.operations, 'AssociateSbomWithPackageVersion', 'DisassociateSbomFromPackageVersion'],
};

const version = (more: object): Resources => ({
  V: { type: Type.VERSION, properties: { PackageName: PACKAGE, VersionName: '1.0.0', ...more } },
});
const packaged = (more: object): Resources => ({
  P: { type: Type.PACKAGE, properties: { PackageName: 'own', ...more } },
});
const tagged = (tags: Record<string, string>) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});
const sbom = (Key: string) => ({ Sbom: { Bucket: 'artifacts', Key, Version: 'v1' } });

const adopted = (more: object) => version({ AdoptExisting: true, ...more });

test.each([
  ['tags of a version', 'TagResource', version(tagged({ a: '1' })), version(tagged({ a: '2', b: '2' }))],
  ['a tag that it removed', 'UntagResource', version(tagged({ a: '1', b: '1' })), version(tagged({ a: '1' }))],
  ['tags of a package', 'TagResource', packaged(tagged({ a: '1' })), packaged(tagged({ a: '2', b: '2' }))],
  ['a tag of a package', 'UntagResource', packaged(tagged({ a: '1', b: '1' })), packaged(tagged({ a: '1' }))],
  ['a description', 'UpdatePackage', packaged({ Description: 'a' }), packaged({ Description: 'b' })],
  ['one that is left open', 'UpdatePackage', packaged({ AdoptExisting: true }), packaged({ Description: 'b' })],
  ['a deprecation', 'UpdatePackageVersion', version({ Status: 'PUBLISHED' }), version({ Status: 'DEPRECATED' })],
  ['its end', 'UpdatePackageVersion', version({ Status: 'DEPRECATED' }), version({ Status: 'PUBLISHED' })],
  ['the end that is left open', 'UpdatePackageVersion', adopted({}), adopted({ Status: 'DEPRECATED' })],
  ['what is left open to say', 'UpdatePackageVersion', adopted({}), adopted({ Description: 'b' })],
  ['a first SBOM', 'AssociateSbomWithPackageVersion', version({}), version(sbom('a.zip'))],
  ['another SBOM', 'AssociateSbomWithPackageVersion', version(sbom('a.zip')), version(sbom('b.zip'))],
  ['an SBOM that it removed', 'DisassociateSbomFromPackageVersion', version(sbom('a.zip')), version({})],
])('%s', async (_what, operation, before, after) => {
  const acts = async (world: World) => {
    const { iot } = world.aws;
    const held = () => essence([iot.describe(PACKAGE), iot.describe('own')]);
    iot.behavior.lookUpObjects = false;
    await iot.createPackage(PACKAGE);
    const isAdopted = JSON.stringify(before).includes('AdoptExisting');
    if (isAdopted) {
      await iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', description: 'a' });
      await iot.createPackage('own', { description: 'a' });
    }
    expect(await world.deploy('fleet', before)).toMatchObject({ status: 'CREATE_COMPLETE' });
    const deployed = held();
    const heldUp = { call: FAMILY.operations.indexOf(operation), until: 'end' } as const;
    const { status } = await world.deploy('fleet', after, { fails: 'meanwhile', heldUp });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(held()).toEqual(deployed);
  };
  await World.play(FAMILY, acts, { keeps: [] });
});

/** Without what only time changes. */
const essence = (held: unknown): unknown =>
  JSON.parse(
    JSON.stringify(held, (key, value: unknown) =>
      /^(lastModifiedDate|sbomValidationStatus)$/.test(key) ? undefined : value,
    ),
  );
