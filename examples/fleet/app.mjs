// @ts-check
// Sweeps over what no stack owns one by one: job executions of a fleet, and the old versions of a software package,
// `telematics`, that scripts have made. Deploy it with `npx cdk deploy --app 'node examples/fleet/app.mjs'`.
import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  JobExecutionCleanup,
  JobExecutionStatus,
  JobSelection,
  PackageVersionRetention,
  PackageVersionStatus,
  SoftwarePackage,
  SweepTrigger,
} from 'cdk-versioned-artifacts';

const app = new App();
const stack = new Stack(app, 'Fleet', { description: 'Sweeps over a fleet of cars' });

// 8 of the 10 requests a second that AWS IoT allows by default; more if the account's quota was raised.
const requestsPerSecond = Number(app.node.tryGetContext('requestsPerSecond') ?? 8);

new JobExecutionCleanup(stack, 'Cleanup', {
  jobs: JobSelection.byIdPrefix('ota-'),
  // everything except IN_PROGRESS: a car that is installing the update is left alone, but a car that never appeared
  // again is not.
  statuses: Object.values(JobExecutionStatus).filter(status => status !== JobExecutionStatus.IN_PROGRESS),
  force: true,
  rules: { keepLatest: 1, minAge: Duration.days(30) },
  triggers: [SweepTrigger.duringDeployment()],
  requestsPerSecond,
});

const telematics = SoftwarePackage.fromPackageName(stack, 'Telematics', 'telematics');
for (const versionName of ['2.9.0', '3.0.0']) {
  telematics.addVersion(`V${versionName}`, { versionName, status: PackageVersionStatus.PUBLISHED });
}

new PackageVersionRetention(stack, 'Retention', {
  softwarePackage: telematics,
  rules: { keepLatest: 1, exclude: ['*-lts'] },
  // EventBridge can miss the deployment that creates the rule; the next one sweeps.
  triggers: [SweepTrigger.afterDeployment()],
  requestsPerSecond,
});
