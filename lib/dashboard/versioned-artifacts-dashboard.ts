import { Aspects, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type Construct, type IConstruct } from 'constructs';
import { ArtifactProvider } from '../provider/artifact-provider';
import { SweepBase } from '../sweep/sweep';
import { alarmWidgets, providerWidgets, runWidgets, sweepWidgets } from './widgets';

/** Configuration of a `VersionedArtifactsDashboard`. */
export interface VersionedArtifactsDashboardProps extends cloudwatch.DashboardProps {
  /**
   * The stack, app or stage whose sweeps and providers the dashboard shows, in its own account and region.
   *
   * @default - the dashboard's stack
   */
  readonly watched?: IConstruct;
}

/**
 * A dashboard of all sweeps and providers of a stack, nested stacks included: what sweeps removed, kept, failed to
 * remove, had throttled and refused; the last runs and how they ended; and how the providers fare. Widgets of yours
 * stand above those.
 *
 * @example
 * import { VersionedArtifactsDashboard } from 'cdk-versioned-artifacts';
 *
 * new VersionedArtifactsDashboard(this, 'Dashboard', { dashboardName: 'firmware' });
 */
export class VersionedArtifactsDashboard extends cloudwatch.Dashboard {
  private isComplete = false;

  constructor(scope: Construct, id: string, props: VersionedArtifactsDashboardProps = {}) {
    super(scope, id, props);
    const { watched = Stack.of(this) } = props;
    // as late as possible: sweeps may be declared after the dashboard.
    Aspects.of(this).add({ visit: node => node === this && this.complete(watched) });
  }

  private complete(watched: IConstruct): void {
    if (this.isComplete) return;
    this.isComplete = true;
    const all = watched.node.findAll();
    const sweeps = all.filter(construct => construct instanceof SweepBase);
    const providers = all.filter(construct => construct instanceof ArtifactProvider);
    const alarms = [...sweeps, ...providers].flatMap(({ _alarms }) => _alarms);
    this.addWidgets(...alarmWidgets(alarms));
    for (const sweep of sweeps) this.addWidgets(...sweepWidgets(sweep));
    if (sweeps.length > 0) this.addWidgets(...runWidgets(providers, sweeps));
    for (const provider of providers) this.addWidgets(...providerWidgets(provider));
  }
}
