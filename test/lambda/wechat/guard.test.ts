import fc from 'fast-check';
import { type Allowance, isInTransition, whyItStays } from '../../../lambda/wechat/guard';
import { type Found } from '../../../lambda/wechat/listing';

const found = (flowRatio: number | undefined, total: number): Found => ({
  version: { versionName: 'api-012', flowRatio },
  total,
});
const allowed = (deleteServerWithLastVersion: boolean, stackGoes: boolean): Allowance => ({
  deleteServerWithLastVersion,
  stackGoes,
});

test.each<[string, Found, Allowance, RegExp | undefined]>([
  ['idle, of several', found(0, 2), allowed(false, false), undefined],
  ['idle, of several, with the service', found(0, 2), allowed(true, false), undefined],
  ['serving, of several', found(30, 2), allowed(false, false), /30 % of the traffic/],
  ['serving, of several, in a stack that goes', found(30, 2), allowed(false, true), /30 % of the traffic/],
  ['serving, of several, with the service, in a stack that stays', found(30, 2), allowed(true, false), /30 %/],
  ['serving, of several, with the service, in a stack that goes', found(30, 2), allowed(true, true), undefined],
  ['of unknown traffic', found(undefined, 2), allowed(false, true), /an unknown share of the traffic/],
  ['that is not listed, of several', { total: 2 }, allowed(false, true), /an unknown share of the traffic/],
  ['the last one', found(0, 1), allowed(false, true), /the last version of its service/],
  ['the last one, serving', found(100, 1), allowed(false, true), /the last version of its service/],
  ['the last one, with the service', found(100, 1), allowed(true, false), undefined],
  ['listed without a total that counts it', found(0, 0), allowed(false, true), /the last version of its service/],
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
        const goes = whyItStays(found(flowRatio ?? undefined, total), allowed(false, stackGoes)) === undefined;
        return !goes || (flowRatio === 0 && total > 1);
      },
    ),
  );
});

test.each([
  ['building', true],
  ['deploying', true],
  ['running', false],
  ['normal', false],
  ['build_fail', false],
  ['', false],
])('a version whose status is "%s" is in transition: %s', (status, expected) => {
  expect(isInTransition(status)).toBe(expected);
});
