import fc from 'fast-check';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot/software-packages';
import { TAG_PREFIX } from '../../../contract/ownership';
import { CloudFormation, Outcome, Resource, Template, Trouble } from './cloudformation';

const PACKAGE = 'brake-ecu';
const RUNS = Number(process.env.RUNS ?? 40);

interface Version {
  readonly logicalId: string;
  readonly name: string;
  readonly status: 'DRAFT' | 'PUBLISHED' | 'DEPRECATED';
  readonly description?: string;
  readonly attribute?: string;
  readonly removal?: 'DEPRECATE' | 'RETAIN';
  readonly adopt: boolean;
}
interface Release {
  readonly packageId?: string;
  readonly removal?: 'DELETE';
  readonly versions: readonly Version[];
  readonly default?: { readonly logicalId: string; readonly version: number; readonly adopt: boolean };
}
type Step =
  | { readonly kind: 'deploy'; readonly stack: 0 | 1; readonly release: Release; readonly trouble: Trouble }
  | { readonly kind: 'destroy'; readonly stack: 0 | 1; readonly trouble: Trouble }
  | { readonly kind: 'hand'; readonly act: 'create' | 'default' | 'undesignate' | 'delete' | 'tag'; readonly name: string };

const name = fc.constantFrom('1.0.0', '2.0.0', '3.0.0');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const version: fc.Arbitrary<Version> = fc.record({
  logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
  name,
  status: fc.oneof({ weight: 4, arbitrary: fc.constant('PUBLISHED' as const) }, fc.constantFrom('DRAFT' as const, 'DEPRECATED' as const)),
  description: maybe(fc.constantFrom('a', 'b')),
  attribute: maybe(fc.constantFrom('x', 'y')),
  removal: maybe(fc.constantFrom('DEPRECATE' as const, 'RETAIN' as const)),
  adopt: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const release: fc.Arbitrary<Release> = fc.record({
  packageId: fc.constantFrom('Pa', 'Pa', 'Pb'),
  removal: maybe(fc.constant('DELETE' as const)),
  versions: fc.uniqueArray(version, { maxLength: 3, selector: v => v.name, minLength: 0 }).map(all => {
    const seen = new Set<string>();
    return all.filter(v => !seen.has(v.logicalId) && seen.add(v.logicalId));
  }),
  default: maybe(fc.record({ logicalId: fc.constantFrom('Da', 'Db'), version: fc.nat(2), adopt: fc.boolean() })),
});
const trouble: fc.Arbitrary<Trouble> = fc.record({
  fails: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
  kill: maybe(
    fc.record({ event: fc.integer({ min: 1, max: 6 }), call: fc.integer({ min: 1, max: 6 }), when: fc.constantFrom('before' as const, 'after' as const) }),
  ),
});
const stackNo = fc.constantFrom(0 as const, 0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deploy' as const), stack: stackNo, release, trouble }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy' as const), stack: stackNo, trouble }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand' as const), act: fc.constantFrom('create' as const, 'default' as const, 'undesignate' as const, 'delete' as const, 'tag' as const), name }) },
);

function templateOf({ packageId, removal, versions, default: pointer }: Release, ownsPackage: boolean): Template {
  const template = new Map<string, Resource>();
  if (packageId && ownsPackage) template.set(packageId, { type: Type.PACKAGE, properties: { PackageName: PACKAGE, Removal: removal } });
  for (const v of versions) {
    template.set(v.logicalId, {
      type: Type.VERSION,
      properties: {
        PackageName: PACKAGE,
        VersionName: v.name,
        Status: v.status,
        Description: v.description,
        Attributes: v.attribute && { a: v.attribute },
        Removal: v.removal,
        AdoptExisting: v.adopt ? 'true' : undefined,
      },
    });
  }
  const designated = pointer && versions[pointer.version];
  if (designated) {
    template.set(pointer.logicalId, {
      type: Type.DEFAULT_VERSION,
      properties: { PackageName: PACKAGE, VersionName: designated.name, AdoptExisting: pointer.adopt ? 'true' : undefined },
    });
  }
  return template;
}

const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? null)) as T;
type Held = ReturnType<LocalAws['iot']['describe']>;

function foreignTo(stackId: string, held: Held) {
  return Object.fromEntries(
    Object.entries(held?.versions ?? {}).filter(([, v]) => v.tags[`${TAG_PREFIX}stack`] !== stackId),
  );
}

/** Without what a rollback is known not to restore. */
function comparable(held: Held) {
  const bare = clone(held);
  if (!bare) return bare;
  const tidy = (tags: Record<string, string>) => delete tags[`${TAG_PREFIX}released-by`];
  tidy(bare.tags as Record<string, string>);
  for (const v of Object.values(bare.versions)) {
    tidy(v.tags as Record<string, string>);
    Object.assign(v, { description: undefined, attributes: undefined, status: undefined, lastModifiedDate: undefined });
  }
  return clone(bare);
}

let aws: LocalAws;
beforeEach(async () => {
  aws = await LocalAws.start();
});
afterEach(() => aws.stop());

test('whatever is released, fails, is killed or done by hand', async () => {
  const stats: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
      await aws.stop();
      aws = await LocalAws.start();
      const stacks = [new CloudFormation(aws, 'one'), new CloudFormation(aws, 'two')];
      let touched = false;
      for (const each of steps) {
        const before = clone(aws.iot.describe(PACKAGE));
        if (each.kind === 'hand') {
          touched = (await byHand(each)) || touched;
          continue;
        }
        const cloudFormation = stacks[each.stack];
        const { stackId } = cloudFormation.stack;
        let outcome: Outcome;
        if (each.kind === 'destroy') outcome = await cloudFormation.destroy(each.trouble);
        else outcome = await cloudFormation.deploy(templateOf(each.release, each.stack === 0), each.trouble);
        stats[outcome.result] = (stats[outcome.result] ?? 0) + 1;
        const after = clone(aws.iot.describe(PACKAGE));
        const context = () => JSON.stringify({ each, outcome, before, after, logs: cloudFormation.stack.logs.slice(-10) }, null, 1);
        try {
          if (outcome.result === 'rolled-back') {
            expect(outcome.later).toEqual([]);
            if (!touched) expect(comparable(after)).toEqual(comparable(before));
            expect(Object.keys(after?.versions ?? {})).toEqual(expect.arrayContaining(Object.keys(foreignTo(stackId, before))));
          }
          if (outcome.result === 'deleted') {
            expect(JSON.stringify(after)).not.toContain(`owner":"${stackId}`);
            for (const v of Object.values(after?.versions ?? {})) expect(v.tags[`${TAG_PREFIX}stack`]).not.toBe(stackId);
            expect(after?.tags?.[`${TAG_PREFIX}stack`]).not.toBe(stackId);
            expect(after?.tags?.[`${TAG_PREFIX}default-stack`]).not.toBe(stackId);
            expect(foreignTo(stackId, after)).toMatchObject(foreignTo(stackId, before));
          }
          if (outcome.result === 'complete' && each.kind === 'deploy') {
            for (const later of outcome.later) expect(later).toMatch(/and this stack has not designated it|still has versions/);
            for (const v of each.release.versions) {
              expect(after?.versions[v.name]).toMatchObject({ status: v.status, ...(v.description && { description: v.description }), ...(v.attribute && { attributes: { a: v.attribute } }), tags: { [`${TAG_PREFIX}stack`]: stackId } });
            }
            const pointer = each.release.default && each.release.versions[each.release.default.version];
            if (pointer && !touched) expect(after?.defaultVersionName).toBe(pointer.name);
            const mine = Object.entries(after?.versions ?? {}).filter(([, v]) => v.tags[`${TAG_PREFIX}stack`] === stackId).map(([n]) => n);
            if (outcome.later.length === 0 && !touched) expect(mine.sort()).toEqual(each.release.versions.map(v => v.name).sort());
            const wanted = new Set(each.release.versions.map(v => v.name));
            const others = Object.fromEntries(Object.entries(foreignTo(stackId, before)).filter(([n]) => !wanted.has(n)));
            expect(after?.versions ?? {}).toMatchObject(others);
          }
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${context()}`);
        }
      }
    }),
    { numRuns: RUNS, ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
  );
  process.stdout.write(JSON.stringify(stats) + '\n');
}, 600_000);

async function byHand({ act, name: versionName }: Extract<Step, { kind: 'hand' }>): Promise<boolean> {
  try {
    if (act === 'create') {
      if (!aws.iot.describe(PACKAGE)) await aws.iot.createPackage(PACKAGE);
      await aws.iot.createVersion(PACKAGE, versionName, { status: 'PUBLISHED' });
      return false;
    }
    if (act === 'default') await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: versionName });
    if (act === 'undesignate') await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true });
    if (act === 'delete') await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName });
    if (act === 'tag') await aws.iot.byHand('TagResource', { resourceArn: `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}/version/${versionName}`, tags: [{ Key: 'hand', Value: '1' }] });
    return act !== 'tag';
  } catch {
    return false;
  }
}
