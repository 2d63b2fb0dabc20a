import { type SemVer } from 'semver';
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
  const [aVersion, bVersion] = [parse(a.name), parse(b.name)];
  if (aVersion && bVersion) return compare(bVersion, aVersion);
  return Number(Boolean(bVersion)) - Number(Boolean(aVersion));
}

/** Whether a name tells what is newer: SemVer, or numbers with dots, of whatever length and with leading zeros. */
export const isComparable = (name: string): boolean => parse(name) !== undefined;

interface Version {
  readonly numbers: readonly bigint[];
  /** Of SemVer alone. */
  readonly semVer?: SemVer;
}

const NUMBERS = /^\d+(\.\d+)*$/;

function parse(name: string): Version | undefined {
  const semVer = parseSemVer(name);
  if (semVer) return { numbers: [semVer.major, semVer.minor, semVer.patch].map(BigInt), semVer };
  return NUMBERS.test(name) ? { numbers: name.split('.').map(BigInt) } : undefined;
}

function compare(a: Version, b: Version): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at++) {
    const [x, y] = [a.numbers[at] ?? 0n, b.numbers[at] ?? 0n];
    if (x !== y) return x > y ? 1 : -1;
  }
  if (a.semVer && b.semVer) return a.semVer.comparePre(b.semVer);
  // numbers alone are a release, which comes after what leads to it.
  return Number(Boolean(b.semVer?.prerelease.length)) - Number(Boolean(a.semVer?.prerelease.length));
}
