import { Lazy } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { type SweepConfig } from '../../contract/sweep';
import { dependableOn, resourcesOf } from '../core/dependencies';
import { orNone } from '../core/validation';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { SweepBase } from './sweep';
import { type SweepOptions, type SweepRules, sweepConfig } from './sweep-rules';
import { SweepTrigger } from './sweep-trigger';

/** How many removals one run can make if the rules set no other limit. */
const MAX_REMOVALS = 50;

interface RetentionProps extends SweepOptions {
  readonly rules: SweepRules;
  readonly triggers?: SweepTrigger[];
}

/** What each kind of retention declares. */
export interface RetentionDeclaration {
  readonly provider: ArtifactProvider;
  readonly config: SweepConfig & { readonly type: string };
  /** The versions that the stack declares, as the handler knows them: a deployment that changes them sweeps. */
  readonly versions: () => string[];
  /** What CloudFormation makes before the retention runs. */
  readonly after: () => readonly IConstruct[];
}

/**
 * The base of the retentions of all families: a sweep of versions that runs after those that its stack declares.
 *
 * @internal
 */
export abstract class RetentionBase extends SweepBase {
  constructor(
    scope: Construct,
    id: string,
    props: RetentionProps,
    declare: (retention: Construct, shared: SweepConfig) => RetentionDeclaration,
  ) {
    super(scope, id, { ...props, triggers: orNone(props).triggers ?? [SweepTrigger.afterDeployment()] }, retention => {
      const shared = sweepConfig(retention, { kind: 'retention', defaultMaxRemovals: MAX_REMOVALS, ...props });
      const { provider, config, versions, after } = declare(retention, shared);
      return {
        provider,
        config,
        declaredVersions: Lazy.list({ produce: versions }, { omitEmpty: true }),
        order: resource => resource.node.addDependency(dependableOn(() => resourcesOf(...after()))),
      };
    });
  }
}
