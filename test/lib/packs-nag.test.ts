import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R5Checks,
  type NagPack,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';
import {
  ArtifactProvider,
  type ArtifactProviderProps,
  GlueArtifactProvider,
  type ISweep,
  IotArtifactProvider,
  VersionedArtifactsDashboard,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';
import { everything, schemas, servicesOf, sweeps } from './families';

const PACKS: [string, (app: App) => NagPack][] = [
  ['AwsSolutions', app => new AwsSolutionsChecks(app)],
  ['HIPAA.Security', app => new HIPAASecurityChecks(app)],
  ['NIST.800.53.R5', app => new NIST80053R5Checks(app)],
  ['PCI.DSS.321', app => new PCIDSS321Checks(app)],
  ['Serverless', app => new ServerlessChecks(app)],
];

/** An app with every family, its sweeps on all triggers, a dashboard and all alarms. */
function declare(app: App, settings?: (stack: Stack) => ArtifactProviderProps): void {
  const around = new Stack(app, 'Around');
  const stack = new Stack(app, 'Stack');
  if (settings) {
    const props = settings(around);
    for (const provider of [IotArtifactProvider, GlueArtifactProvider, WeChatArtifactProvider]) {
      provider.of(stack, props);
    }
  }
  everything(stack);
  sweeps(stack);
  schemas(stack);
  servicesOf(stack);
  new VersionedArtifactsDashboard(stack, 'Dashboard');
  const action = new SnsAction(new Topic(around, 'Operators'));
  for (const construct of stack.node.findAll()) {
    if (construct instanceof ArtifactProvider) construct.recommendedAlarms({ action });
    else if ('recommendedAlarms' in construct) (construct as ISweep).recommendedAlarms({ action });
  }
}

/** All settings that answer findings. */
function allOn(stack: Stack): ArtifactProviderProps {
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  return {
    encryptionKey,
    tracing: Tracing.ACTIVE,
    deadLetterQueue: new Queue(stack, 'Queue', { encryptionMasterKey: encryptionKey, enforceSSL: true }),
    reservedConcurrentExecutions: 10,
    vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }),
  };
}

/** The rules that find something about the library's resources, and about how many. */
function findings(app: App, pack: NagPack): Record<string, number> {
  const found = pack.validateScope(app).violations.map(({ ruleName, violatingResources }) => {
    const ours = violatingResources.filter(({ constructPath }) => constructPath?.startsWith('Stack/'));
    return [ruleName, ours.length] as const;
  });
  return Object.fromEntries(found.filter(([, count]) => count > 0));
}

const DOCUMENT = readFileSync(join(__dirname, '../../docs/security-settings.md'), 'utf8');

/** Three functions, six log groups, six rules: what is found by default, by pack. */
const ANSWERED: Record<string, Record<string, number>> = {
  AwsSolutions: {},
  'HIPAA.Security': { CloudWatchLogGroupEncrypted: 6, LambdaConcurrency: 3, LambdaDLQ: 3, LambdaInsideVPC: 3 },
  'NIST.800.53.R5': { CloudWatchLogGroupEncrypted: 6, LambdaConcurrency: 3, LambdaDLQ: 3, LambdaInsideVPC: 3 },
  'PCI.DSS.321': { CloudWatchLogGroupEncrypted: 6, LambdaInsideVPC: 3 },
  Serverless: { EventBusDLQ: 6, LambdaDLQ: 3, LambdaTracing: 3 },
};

test.each(PACKS)('%s finds nothing where all settings are on', (_name, packOf) => {
  const app = new App();
  declare(app, allOn);

  expect(findings(app, packOf(app))).toEqual({});
});

test.each(PACKS)('%s finds by default what a setting answers, and nothing else', (name, packOf) => {
  const app = new App();
  declare(app);

  const found = findings(app, packOf(app));
  const expected = Object.entries(ANSWERED[name]).map(([rule, count]) => [`${name}-${rule}`, count]);
  expect(found).toEqual(Object.fromEntries(expected));
  for (const rule of Object.keys(found)) expect(DOCUMENT).toContain(`| \`${rule}\``);
});
