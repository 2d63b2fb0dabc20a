// What a cold start takes of the CPU until the first event is answered, in fresh processes: Node.js, the bundle, all that
// the event needs of it, a call of the service, and the answer.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { byFamily } from '../scripts/families.js';
import { MINIFIED, OURS, eachBundle } from './handlers/bundles.mjs';

const PROCESSES = 9;
const CHILD = fileURLToPath(new URL('handlers/first-event.mjs', import.meta.url));
/** Some stack, which is at rest. */
const TEMPLATE = { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'v' } } } };
const OWNER = '0123456789abcdef';

/** A Delete of what is not there: it loads and asks all that a family needs for any event of an artifact. */
const eventsOf = aws => ({
  iot: {
    ResourceType: 'Custom::IoTSoftwarePackageVersion',
    PhysicalResourceId: `brake-ecu/1.0.0@${OWNER}`,
    ResourceProperties: { PackageName: 'brake-ecu', VersionName: '1.0.0', Removal: 'DELETE' },
  },
  glue: {
    ResourceType: 'Custom::GlueSchemaVersion',
    PhysicalResourceId: `default-registry/orders@${OWNER}/00000000-0000-4000-8000-000000000000`,
    ResourceProperties: {
      RegistryName: 'default-registry',
      SchemaName: 'orders',
      Definition: '{"type":"string"}',
      Removal: 'DELETE',
    },
  },
  wechat: {
    ResourceType: 'Custom::WeChatCloudBaseServiceVersion',
    PhysicalResourceId: `prod/api/v-1@${OWNER}`,
    ResourceProperties: {
      EnvironmentId: 'prod',
      ServerName: 'api',
      VersionName: 'v-1',
      AccessToken: { Current: { SecretId: 'token' } },
      ApiEndpoint: aws.weChat.endpoint,
    },
  },
});

const execute = promisify(execFile);

/** Where CloudFormation takes answers. */
async function answerUrl() {
  const answers = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => (body += chunk));
    request.on('end', () => {
      answers.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { answers, url: `http://127.0.0.1:${server.address().port}/answer`, close: () => server.close() };
}

export const title = `Start to first answer, CPU ms (the least of ${PROCESSES} fresh processes)`;

export async function run() {
  const aws = await LocalAws.start();
  const cloudFormation = await answerUrl();
  try {
    aws.weChat.addVersions('prod', 'api', [{ versionName: 'v-2' }]);
    await aws.call('secretsmanager', 'CreateSecret', { Name: 'token', SecretString: aws.weChat.accessToken });
    const TemplateBody = JSON.stringify(TEMPLATE);
    const { StackId } = await aws.call('cloudformation', 'CreateStack', { StackName: 'bench', TemplateBody });
    await aws.settled();
    const events = Object.fromEntries(byFamily(eventsOf(aws)));
    const env = { ...process.env, ...aws.env, AWS_LAMBDA_FUNCTION_NAME: 'bench' };
    return await eachBundle(async ({ family, file }) => {
      const event = {
        RequestType: 'Delete',
        RequestId: 'request',
        StackId,
        LogicalResourceId: 'V',
        ResponseURL: cloudFormation.url,
        ...events[family],
      };
      const times = [];
      for (let count = 0; count < PROCESSES; count++) {
        cloudFormation.answers.length = 0;
        const { stdout } = await execute(process.execPath, [CHILD, file, JSON.stringify(event)], { env });
        const [answer] = cloudFormation.answers;
        if (answer?.Status !== 'SUCCESS') throw new Error(`${file} answered ${JSON.stringify(answer)}`);
        times.push(Number(stdout));
      }
      return { 'CPU ms': Math.round(Math.min(...times)) };
    });
  } finally {
    cloudFormation.close();
    await aws.stop();
  }
}

export function goals(rows) {
  const minified = rows.find(({ bundle }) => bundle === MINIFIED)['CPU ms'];
  return rows
    .filter(({ bundle }) => bundle.startsWith(OURS))
    .map(({ bundle, 'CPU ms': now }) => ({
      what: `${bundle}, of the minified NodejsFunction's`,
      now: Number((now / minified).toFixed(2)),
      peer: 1,
      goal: 0.7,
    }));
}
