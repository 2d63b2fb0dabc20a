import { Token } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type SweepConfig, type SweepRulesConfig, checkRequestsPerSecond, checkRules } from '../../contract/sweep';
import { invalid, validate } from '../core/validation';
import { type SweepRules } from './sweep-rules';

/** Two of the ten requests a second that services allow by default are left for everybody else. */
const REQUESTS_PER_SECOND = 8;

/** What the properties of every sweep say. */
export interface SharedProps {
  readonly kind: 'retention' | 'cleanup';
  readonly rules?: SweepRules;
  readonly requestsPerSecond?: number;
  /** Absent: no limit. */
  readonly defaultMaxRemovals?: number;
}

/** The part of a sweep's configuration that all kinds share. Throws where what is known of it breaks a rule. */
export function sweepConfig(sweep: IConstruct, props: SharedProps): SweepConfig {
  const { requestsPerSecond = REQUESTS_PER_SECOND } = props;
  validate(sweep, requestsPerSecond, checkRequestsPerSecond);
  return { name: sweep.node.path, rules: rulesConfig(sweep, props), requestsPerSecond };
}

function rulesConfig(sweep: IConstruct, { kind, rules = {}, defaultMaxRemovals }: SharedProps): SweepRulesConfig {
  const { minAge, maxRemovals = defaultMaxRemovals, dryRun, ...rest } = rules;
  const config = { ...rest, minAgeSeconds: minAge?.toSeconds(), maxRemovals, dryRun: dryRun || undefined };
  // a number that only the deployment knows may be the one that keeps something.
  const mayKeep = Token.isUnresolved(config.keepLatest) || Token.isUnresolved(config.minAgeSeconds);
  const problem = checkRules(knownRules(config), mayKeep ? 'cleanup' : kind);
  if (problem) throw invalid(sweep, problem);
  return config;
}

function knownRules({ include, exclude, ...numbers }: SweepRulesConfig): SweepRulesConfig {
  const known = (patterns?: readonly string[]) => patterns?.filter(pattern => !Token.isUnresolved(pattern));
  const resolved = Object.entries(numbers).filter(([, value]) => !Token.isUnresolved(value));
  return { ...Object.fromEntries(resolved), include: known(include), exclude: known(exclude) };
}
