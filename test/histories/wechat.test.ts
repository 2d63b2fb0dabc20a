import { type CloudBaseVersionDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat';
import { ENVIRONMENT, SERVER, TOKEN, TOKEN_SECRET, WECHAT } from './families';
import { HISTORIES_TIMEOUT, type Plot, type Swept, playHistories } from './history';

const TRAFFIC = 'api-009';

/** Pipelines build versions in the order of their names. */
const built = (versionName: string) => ({
  versionName,
  createdAt: new Date(Date.UTC(2025, 0, Number(versionName.split('-')[1]))),
});

type Release = readonly { readonly logicalId: string; readonly version: string }[];
type Held = Readonly<Record<string, CloudBaseVersionDescription>>;

/** What each stack had recorded when its last deployment succeeded. */
const held = new Map<string, readonly string[]>();
const without = (before: Held, gone: readonly string[]): Held =>
  Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name)));

/** Which versions a retention may remove, from what is there with no deployment under way. */
function removable(versions: Held, keep: number, recorded: readonly string[] = []): string[] {
  const stays = [...Object.keys(versions).sort().slice(-keep), TRAFFIC, ...recorded];
  return Object.keys(versions).filter(name => !stays.includes(name));
}

/** What other stacks have recorded a retention does not know. */
function unswept(after: Held, before: Held, swept: Swept<Release>): Held {
  const { keep, stackId = '', succeeded, release = [], own, alone } = swept;
  const gone = Object.keys(before).filter(name => !(name in after));
  if (alone) expect(gone.sort()).toEqual(removable(before, keep).sort());
  const recorded = held.get(stackId) ?? [];
  const letGo = succeeded ? recorded.filter(name => !release.some(({ version }) => version === name)) : [];
  const removed = gone.filter(name => !letGo.includes(name));
  const may = removable(before, keep, own ? recorded : []);
  if (succeeded) may.push(...removable({ ...before, ...after }, keep));
  expect(may).toEqual(expect.arrayContaining(removed));
  return { ...after, ...Object.fromEntries(removed.map(name => [name, before[name]])) };
}

const plot: Plot<Release, Held> = {
  family: WECHAT,
  release: fc
    .uniqueArray(
      fc.record({
        logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
        version: fc.constantFrom('api-001', 'api-002', 'api-003', 'api-099'),
      }),
      { maxLength: 3, selector: each => each.version },
    )
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  hands: [
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, ['api-001', 'api-002'].map(built)),
    ({ aws }) => aws.weChat.addVersions(ENVIRONMENT, SERVER, ['api-003', 'api-099'].map(built)),
  ],
  begin: async ({ aws }) => {
    held.clear();
    aws.weChat.addVersions(ENVIRONMENT, SERVER, [
      ...['api-001', 'api-002', 'api-003', 'api-004', 'api-005'].map(built),
      { ...built(TRAFFIC), flowRatio: 100 },
    ]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
  },
  vary: (last, [one]) =>
    one ? [...last.filter(each => each.logicalId !== one.logicalId && each.version !== one.version), one] : last,
  resources: (release, stack, { aws }) =>
    Object.fromEntries(
      release.map(({ logicalId, version }) => [
        logicalId,
        {
          type: CLOUDBASE_SERVICE_VERSION,
          properties: {
            EnvironmentId: ENVIRONMENT,
            ServerName: SERVER,
            VersionName: version,
            AccessToken: TOKEN,
            ApiEndpoint: aws.weChat.endpoint,
            OnRefusal: stack === 0 ? undefined : 'LEAVE',
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => structuredClone(aws.weChat.describe(ENVIRONMENT, SERVER) ?? {}),
  unswept,

  // exactly what the stack has let go is gone, and only what it had for good.
  deployed(release, stackId, after, before) {
    const versions = release.map(({ version }) => version);
    const former = held.get(stackId) ?? [];
    expect(after).toEqual(
      without(
        before,
        former.filter(version => !versions.includes(version)),
      ),
    );
    // what does not change CloudFormation does not ask for, and another stack may have swept it since.
    const stay = versions.filter(version => version in before);
    expect(Object.keys(after)).toEqual(expect.arrayContaining([...stay, TRAFFIC]));
    held.set(stackId, versions);
  },

  rolledBack(after, before) {
    expect(after).toEqual(before);
  },

  undone(after, before, _stackId, release) {
    const declared = release?.map(({ version }) => version) ?? [];
    const gone = Object.keys(before).filter(name => !(name in after));
    expect(gone.filter(name => declared.includes(name))).toEqual([]);
  },

  destroyed(stackId, after, before) {
    const gone = Object.keys(before).filter(name => !(name in after));
    expect(held.get(stackId) ?? []).toEqual(expect.arrayContaining(gone));
    expect(after).toHaveProperty([TRAFFIC]);
  },
};

test(
  'CloudBase versions: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
