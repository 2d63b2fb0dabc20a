import compareSemVer from 'semver/functions/compare';
import parseSemVer from 'semver/functions/parse';
import { type VersionOrder } from '../../contract/sweep';
import { type Candidate } from './source';

/** What a rank depends on. */
export type RankKey = Pick<Candidate, 'name' | 'createdAt'>;

/** Negative where `a` is newer than `b`; zero only for the same name. */
export type Order = (a: RankKey, b: RankKey) => number;

/** A total order, newest first: by the rule, then by creation, then by name. */
export function orderBy(rule: VersionOrder): Order {
  return rule === 'SEMVER' ? (a, b) => bySemVer(a, b) || byCreation(a, b) : byCreation;
}

function byCreation(a: RankKey, b: RankKey): number {
  const [aTime, bTime] = [a.createdAt ?? Infinity, b.createdAt ?? Infinity];
  if (aTime !== bTime) return bTime > aTime ? 1 : -1;
  return a.name === b.name ? 0 : b.name > a.name ? 1 : -1;
}

function bySemVer(a: RankKey, b: RankKey): number {
  const [aVersion, bVersion] = [parseSemVer(a.name), parseSemVer(b.name)];
  if (aVersion && bVersion) return compareSemVer(bVersion, aVersion);
  return Number(Boolean(bVersion)) - Number(Boolean(aVersion));
}
