import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Node } from 'constructs';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  DefaultPackageVersion,
  type ISoftwarePackage,
  PackageVersionRetention,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SoftwarePackage,
  SweepTrigger,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';

const rules = { keepLatest: 1 };
const triggers = [SweepTrigger.duringDeployment()];
const definition = (index: number) => SchemaDefinition.fromObject({ type: 'string', index });
const packageOf = (stack: Stack): ISoftwarePackage =>
  (stack.node.tryFindChild('P') as SoftwarePackage | undefined) ??
  new SoftwarePackage(stack, 'P', { packageName: 'p' });
const schema = (name: string) => SchemaReference.fromSchemaName({ schemaName: name });
const service = (stack: Stack, serverName: string) => ({
  environmentId: 'prod',
  serverName,
  accessToken: WeChatAccessToken.fromSecret(
    (stack.node.tryFindChild('Token') as Secret | undefined) ?? new Secret(stack, 'Token'),
  ),
});

/** What declares the next one of a kind in a stack. */
const KINDS: Record<string, (stack: Stack, index: number) => unknown> = {
  packages: (stack, index) => new SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` }),
  'versions of a package': (stack, index) => packageOf(stack).addVersion(`V${index}`, { versionName: `${index}` }),
  'packages with a version and a default': (stack, index) =>
    new DefaultPackageVersion(stack, `D${index}`, {
      version: new SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` }).addVersion('V', {
        versionName: '1',
        status: PackageVersionStatus.PUBLISHED,
      }),
    }),
  'versions of a schema': (stack, index) =>
    new SchemaVersion(stack, `V${index}`, { schema: schema('orders'), definition: definition(index) }),
  'schemas with a version': (stack, index) =>
    new SchemaVersion(stack, `V${index}`, { schema: schema(`s${index}`), definition: definition(index) }),
  'versions of a CloudBase service': (stack, index) =>
    new CloudBaseServiceVersion(stack, `V${index}`, { ...service(stack, 'api'), versionName: `api-${index}` }),
  'CloudBase services with a version': (stack, index) =>
    new CloudBaseServiceVersion(stack, `V${index}`, { ...service(stack, `s${index}`), versionName: 'api-1' }),
  'retentions of packages': (stack, index) => {
    const softwarePackage = SoftwarePackage.fromPackageName(stack, `P${index}`, `p${index}`);
    new PackageVersionRetention(stack, `R${index}`, { softwarePackage, rules, triggers });
  },
  'retentions of schemas': (stack, index) =>
    new SchemaVersionRetention(stack, `R${index}`, { schema: schema(`s${index}`), rules, triggers }),
  'retentions of CloudBase services': (stack, index) =>
    new CloudBaseVersionRetention(stack, `R${index}`, { ...service(stack, `s${index}`), rules, triggers }),
};

/** How much the CDK is asked for while a stack is declared and synthesized. */
function work(declare: (stack: Stack, index: number) => unknown, count: number): number {
  let steps = 0;
  // no spies of Jest's: they keep what is asked and answered each time.
  const restores = [
    watch(Node.prototype, 'findAll', (found: readonly unknown[]) => (steps += found.length)),
    watch(Stack.prototype, 'resolve', () => steps++),
    watch(Node.prototype, 'tryFindChild', () => steps++),
  ];
  try {
    const stack = new Stack(
      new App({ analyticsReporting: false, context: { '@aws-cdk/core:stackResourceLimit': 0 } }),
      'S',
    );
    for (let index = 0; index < count; index++) declare(stack, index);
    (stack.node.root as App).synth();
  } finally {
    // other files of this process use the same CDK.
    for (const restore of restores) restore();
  }
  return steps;
}

/** Has a method tell what it answers. Returns what ends that. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the method takes and returns.
function watch(of: any, method: string, tell: (answer: any) => void): () => void {
  const original = of[method];
  of[method] = function (...args: unknown[]) {
    const answer = original.apply(this, args);
    tell(answer);
    return answer;
  };
  return () => void (of[method] = original);
}

test.each(Object.entries(KINDS))('the synthesis of %s grows with their number, and no faster', (_kind, declare) => {
  // the first ones are few enough to be declared without what many need.
  const [few, many] = [50, 200].map(count => work(declare, count));
  expect(many / few).toBeLessThanOrEqual(4.5);
});
