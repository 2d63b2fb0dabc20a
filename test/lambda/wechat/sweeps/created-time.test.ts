import fc from 'fast-check';
import { agedFrom, createdAt } from '../../../../lambda/wechat/sweeps/cloudbase-version-retention';

const HOUR = 3_600_000;

test('a time is that of Beijing', () => {
  expect(createdAt('2020-12-08 20:56:10')).toBe(Date.UTC(2020, 11, 8, 12, 56, 10));
});

test.each([
  '2020-12-08T12:56:10Z',
  '2020-12-08T20:56:10+08:00',
  '2020-12-08T20:56:10',
  '2020-12-08T20:56:10+0800',
  '1607432170',
])('%p is read as what it says', text => {
  expect(createdAt(text)).toBe(Date.UTC(2020, 11, 8, 12, 56, 10));
});

const otherwise = ['16074321701', 'n1607432170', 'on 2020-12-08 20:56:10', '2020-12-08 20:56:10 PM'];
test.each([undefined, '', '2020-12-08', '2020-13-08 20:56:10', 'yesterday', ...otherwise])(
  '%p is no time, and has no age',
  text => {
    expect(createdAt(text)).toBeUndefined();
    expect(agedFrom(createdAt(text))).toBeUndefined();
  },
);

test('no version is older than its time in any zone from UTC to Beijing allows', () => {
  const time = fc.date({ min: new Date('2019-01-01'), max: new Date('2039-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 8 }), (date, zone) => {
      const seconds = Math.floor(date.getTime() / 1000) * 1000;
      const written = new Date(seconds + zone * HOUR).toISOString().slice(0, 19).replace('T', ' ');
      return agedFrom(createdAt(written))! >= seconds;
    }),
  );
});
