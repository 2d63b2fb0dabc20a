import { type ListedVersion } from '../../../lambda/wechat/gateway';
import { findVersion, isServiceGone } from '../../../lambda/wechat/listing';

const AT = { environmentId: 'prod-6gxk23', serverName: 'api', versionName: 'v-24' };
const PAGE = 20;

/** A service with versions, of which somebody removes the first one after each of so many listed pages. */
function service(removals: number, count = 25) {
  let versions: ListedVersion[] = Array.from({ length: count }, (_, at) => ({ versionName: `v-${at}` }));
  let left = removals;
  const listVersions = jest.fn(async (_at: unknown, offset: number) => {
    const page = { versions: versions.slice(offset, offset + PAGE), total: versions.length };
    if (left-- > 0) versions = versions.slice(1);
    return page;
  });
  return { listVersions };
}

test('a version that moves to a page that was read, because others are removed, does not count as gone', async () => {
  const gateway = service(5);
  const first = { ...AT, versionName: 'v-20' };
  expect((await findVersion(gateway, first)).version).toEqual({ versionName: 'v-20' });
});

test('a version that is not in a listing that stays as it is is gone, after one reading', async () => {
  const gateway = service(0);
  expect(await findVersion(gateway, { ...AT, versionName: 'v-99' })).toEqual({ version: undefined, total: 25 });
  expect(gateway.listVersions).toHaveBeenCalledTimes(2);
});

test('a listing in which versions go all the time proves nothing, and can be read later', async () => {
  const finding = findVersion(service(100, 90), { ...AT, versionName: 'v-99' });
  await expect(finding).rejects.toMatchObject({ isTransient: true });
});

describe('a service', () => {
  const environment = (...pages: readonly { readonly serverNames: string[]; readonly total: number }[]) => ({
    listServices: jest.fn(async () => pages[asked++] ?? { serverNames: [], total: pages.at(-1)!.total }),
  });
  let asked: number;
  beforeEach(() => (asked = 0));

  test.each([
    ['that the environment does not list is gone', [{ serverNames: ['web'], total: 1 }], true],
    ['of an environment without services is gone', [{ serverNames: [], total: 0 }], true],
    ['that is listed is not', [{ serverNames: ['web', 'api'], total: 2 }], false],
    [
      'that a later page lists is not',
      [
        { serverNames: ['web'], total: 2 },
        { serverNames: ['api'], total: 2 },
      ],
      false,
    ],
    [
      'is not where services were removed while they were listed',
      [
        { serverNames: ['web'], total: 3 },
        { serverNames: ['job'], total: 2 },
      ],
      false,
    ],
    ['is not where the listing ends early', [{ serverNames: ['web'], total: 3 }], false],
  ])('%s', async (_what, pages, gone) => {
    expect(await isServiceGone(environment(...pages), AT)).toBe(gone);
  });
});
