import fc from 'fast-check';
import { Listing } from '../../src/core/paging';

const badToken = (message: string) => new Error(message);

test('whatever comes and goes in between, the pages hold each entry once that was there all the time', () => {
  const change = fc.record({ add: fc.boolean(), key: fc.nat(40).map(String) });
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.array(change)),
      (count, maxResults, changes) => {
        const listing = new Listing<string>();
        for (let i = 0; i < count; i++) listing.add(`stays ${i}`, `stays ${i}`);
        const seen: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = listing.page({ maxResults, nextToken }, { scope: 's', pageSize: 100, badToken });
          expect(page.items.length).toBeLessThanOrEqual(maxResults);
          seen.push(...page.items);
          nextToken = page.nextToken;
          for (const { add, key } of changes.shift() ?? []) {
            if (add) listing.add(key, key);
            else listing.delete(key);
          }
        } while (nextToken !== undefined);
        const stayed = seen.filter(each => each.startsWith('stays'));
        expect(stayed).toEqual(Array.from({ length: count }, (_, i) => `stays ${i}`));
      },
    ),
  );
});

test('entries that were deleted take no room', () => {
  const listing = new Listing<number>();
  for (let i = 0; i < 10_000; i++) {
    listing.add(`${i}`, i);
    listing.delete(`${i}`);
  }
  expect(JSON.stringify(listing).length).toBeLessThan(10_000);
});
