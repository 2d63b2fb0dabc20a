import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NestedStack, Stack } from 'aws-cdk-lib';
import { TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { type Construct } from 'constructs';
import {
  IotArtifactProvider,
  SchemaReference,
  SchemaVersionRetention,
  VersionedArtifactsDashboard,
  type VersionedArtifactsDashboardProps,
} from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';
import { cleanup, parsed, retention } from '../sweep/stack';

interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly query?: string;
    readonly markdown?: string;
    readonly alarms?: unknown[];
    readonly metrics?: (string | { label?: string; stat?: string })[][];
  };
}

function dashboard(scope: Construct, props?: VersionedArtifactsDashboardProps): VersionedArtifactsDashboard {
  return new VersionedArtifactsDashboard(scope, 'Dashboard', props);
}

function widgets(stack: Stack): Widget[] {
  return parsed(only(stack, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody).widgets;
}

const titles = (stack: Stack) => widgets(stack).map(({ type, properties: { title } }) => `${type}: ${title}`);
const named = (stack: Stack, title: string) => widgets(stack).find(({ properties }) => properties.title === title)!;
const labels = ({ properties }: Widget) =>
  properties.metrics!.map(metric => {
    const [, name] = metric;
    const { label } = metric.at(-1) as { label: string };
    return `${name}: ${label}`;
  });

const ONE_PROVIDER = [
  'metric: Stack/IotArtifacts: errors, throttles, dropped, refused',
  'metric: Stack/IotArtifacts: duration in milliseconds',
  'log: Stack/IotArtifacts: last errors',
];

test('shows all sweeps and providers of its stack, also those that are declared after it', () => {
  const stack = newStack();
  dashboard(stack);
  retention(stack);
  cleanup(new NestedStack(stack, 'Nested'));
  retention(new Stack(stack.node.root as never, 'Other'));

  expect(titles(stack)).toEqual([
    'metric: Stack/Keep: removed and kept',
    'metric: Stack/Keep: failed, throttled, refused',
    'metric: Stack/Keep: runs',
    'metric: Stack/Nested/Cleanup: removed and kept',
    'metric: Stack/Nested/Cleanup: failed, throttled, refused',
    'metric: Stack/Nested/Cleanup: runs',
    'log: Last runs',
    'log: Last executions',
    ...ONE_PROVIDER,
    'metric: Stack/Nested/IotArtifacts: errors, throttles, dropped, refused',
    'metric: Stack/Nested/IotArtifacts: duration in milliseconds',
    'log: Stack/Nested/IotArtifacts: last errors',
  ]);
});

test('counts what sweeps and providers count', () => {
  const stack = newStack();
  retention(stack);
  dashboard(stack);

  expect(labels(named(stack, 'Stack/Keep: removed and kept'))).toEqual(['Removed: removed', 'Kept: kept in a run']);
  expect(labels(named(stack, 'Stack/Keep: failed, throttled, refused'))).toEqual([
    'Failed: removals that failed',
    'Throttled: calls that were throttled',
    'Refused: runs that were refused',
  ]);
  expect(labels(named(stack, 'Stack/Keep: runs'))).toEqual([
    'ExecutionsStarted: started',
    'ExecutionsSucceeded: succeeded',
    'ExecutionsFailed: failed',
    'ExecutionsTimedOut: timed out',
    'ExecutionsAborted: aborted',
  ]);
  expect(labels(named(stack, 'Stack/IotArtifacts: errors, throttles, dropped, refused'))).toEqual([
    'Errors: errors',
    'Throttles: throttles',
    'AsyncEventsDropped: events dropped',
    'Refused: refused in the stack',
  ]);
  expect(labels(named(stack, 'Stack/IotArtifacts: duration in milliseconds'))).toEqual([
    'Duration: average',
    'Duration: longest',
  ]);
});

test('reads the last runs where they are logged', () => {
  const stack = newStack();
  retention(stack);
  cleanup(stack);
  const schema = SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
  new SchemaVersionRetention(stack, 'KeepOrders', { schema, rules: { keepLatest: 1 } });
  dashboard(stack);

  expect(named(stack, 'Last runs').properties.query!.split('\n| ')).toEqual([
    expect.stringMatching(
      /^SOURCE '\$\{IotArtifactsLogGroup\w+\}' \| SOURCE '\$\{GlueArtifactsLogGroup\w+\}' \| fields /,
    ),
    'filter record = "ended"',
    'sort @timestamp desc',
    'limit 20',
  ]);
  expect(named(stack, 'Last executions').properties.query).toMatch(
    /^SOURCE '\$\{IotArtifactsSweepsLogGroup\w+\}' \| SOURCE '\$\{GlueArtifactsSweepsLogGroup\w+\}' \| fields /,
  );
});

test('has no rows of sweeps where there are none', () => {
  const stack = newStack();
  IotArtifactProvider.of(stack);
  dashboard(stack);

  expect(titles(stack)).toEqual(ONE_PROVIDER);
});

test('shows the alarms that were asked for', () => {
  const stack = newStack();
  dashboard(stack);
  retention(stack).recommendedAlarms();
  IotArtifactProvider.of(stack).recommendedAlarms();

  expect(named(stack, 'Alarms').properties.alarms).toHaveLength(
    Object.keys(resources(stack, 'AWS::CloudWatch::Alarm')).length,
  );
});

test("has the user's widgets first, and the user's name", () => {
  const stack = newStack();
  retention(stack);
  dashboard(stack, { dashboardName: 'firmware' }).addWidgets(new TextWidget({ markdown: 'ask Ada' }));

  expect(widgets(stack)[0].properties.markdown).toBe('ask Ada');
  expect(only(stack, 'AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('firmware');
});

test('can stand in a stack of its own', () => {
  const stack = newStack();
  retention(stack);
  const monitoring = new Stack(stack.node.root as never, 'Monitoring');
  dashboard(monitoring, { watched: stack });

  expect(titles(monitoring)).toEqual(expect.arrayContaining(['metric: Stack/Keep: runs', ...ONE_PROVIDER]));
});

test('fills the 24 columns of each row', () => {
  const stack = newStack();
  retention(stack).recommendedAlarms();
  dashboard(stack);

  const widths = widgets(stack).map(({ width }) => width);
  expect(widths).toEqual([24, 8, 8, 8, 12, 12, 8, 8, 8]);
});

test('has the widgets that the guide lists, as often as it says', () => {
  const stack = newStack();
  retention(stack).recommendedAlarms();
  cleanup(stack);
  const schema = SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
  new SchemaVersionRetention(stack, 'KeepOrders', { schema, rules: { keepLatest: 1 } });
  dashboard(stack);

  const guide = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'operations.md'), 'utf8');
  const [, table] = guide.split('## The dashboard')[1].split(/^\| -+.*\n/m);
  const rows = table.split('\n\n')[0].split('\n');
  const sweeps = ['Stack/Keep', 'Stack/Cleanup', 'Stack/KeepOrders'];
  const providers = ['Stack/IotArtifacts', 'Stack/GlueArtifacts'];
  const listed = rows.flatMap(row => {
    const [title, , howOften] = row
      .split('|')
      .slice(1)
      .map(cell => cell.trim());
    if (howOften === 'for each sweep') return sweeps.map(name => title.replace('`<sweep>`', name));
    if (howOften === 'for each provider') return providers.map(name => title.replace('`<provider>`', name));
    return title;
  });
  const shown = widgets(stack).map(({ properties }) => properties.title);
  expect(listed.sort()).toEqual(shown.sort());
});
