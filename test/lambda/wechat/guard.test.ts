import fc from 'fast-check';
import { type Allowance, isInTransition, whyItStays } from '../../../lambda/wechat/guard';
import { type Found } from '../../../lambda/wechat/listing';

const found = (flowRatio: number | undefined, total: number): Found => ({
  version: { versionName: 'api-012', flowRatio },
  total,
});
const STAYS: Allowance = { deleteServerWithLastVersion: false, stackGoes: false };
const SERVER: Allowance = { ...STAYS, deleteServerWithLastVersion: true };
const GOES: Allowance = { ...STAYS, stackGoes: true };

test.each<[string, Found, Allowance, RegExp | undefined]>([
  ['idle, of several', found(0, 2), STAYS, undefined],
  ['idle, of several, with the service', found(0, 2), SERVER, undefined],
  ['serving, of several', found(30, 2), STAYS, /30 % of the traffic/],
  ['serving, of several, in a stack that goes', found(30, 2), GOES, /30 % of the traffic/],
  ['serving, of several, with the service, in a stack that stays', found(30, 2), SERVER, /30 %/],
  [
    'serving, of several, with the service, in a stack that goes',
    found(30, 2),
    { ...SERVER, stackGoes: true },
    undefined,
  ],
  ['of unknown traffic', found(undefined, 2), GOES, /an unknown share of the traffic/],
  ['that is not listed, of several', { total: 2 }, GOES, /an unknown share of the traffic/],
  ['the last one', found(0, 1), GOES, /the last version of its service/],
  ['the last one, serving', found(100, 1), GOES, /the last version of its service/],
  ['the last one, with the service', found(100, 1), SERVER, undefined],
  ['listed without a total that counts it', found(0, 0), GOES, /the last version of its service/],
])('a version %s', (_what, version, allowance, reason) => {
  if (reason) expect(whyItStays(version, allowance)).toMatch(reason);
  else expect(whyItStays(version, allowance)).toBeUndefined();
});

test('without the flag, neither traffic nor the last version ever goes', () => {
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 0, max: 100 })),
      fc.nat(50),
      fc.boolean(),
      (flowRatio, total, stackGoes) => {
        const goes = whyItStays(found(flowRatio ?? undefined, total), { ...STAYS, stackGoes }) === undefined;
        return !goes || (flowRatio === 0 && total > 1);
      },
    ),
  );
});

test.each([
  ['building', true],
  ['deploying', true],
  ['DELETING', true],
  ['running', false],
  ['Running', false],
  ['normal', false],
  ['build_fail', false],
  ['', false],
])('a version whose status is "%s" is in transition: %s', (status, expected) => {
  expect(isInTransition(status)).toBe(expected);
});
