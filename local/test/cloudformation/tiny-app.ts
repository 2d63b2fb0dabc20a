import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CustomResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';

/** Refuses to create or update a thing of size `bad`. */
const HANDLER = `exports.handler = async event => {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'thing' } = event;
  const { size } = event.ResourceProperties;
  console.log('asked to', RequestType, size);
  const failure = size === 'bad' && RequestType !== 'Delete' && { Status: 'FAILED', Reason: 'bad is no size' };
  const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  const body = JSON.stringify({ Status: 'SUCCESS', ...ids, Data: { Size: size }, ...failure });
  await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
};`;

const directories: string[] = [];

/** A directory that is gone after the tests. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tiny-app-'));
  directories.push(directory);
  return directory;
}

afterAll(() => directories.forEach(directory => rmSync(directory, { recursive: true })));

/** Synthesises a stack of a custom resource, its function and a parameter, and gives the assembly's directory. */
export function synthesise(size: string): string {
  const directory = temporaryDirectory();
  const code = join(directory, 'code');
  mkdirSync(code);
  writeFileSync(join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: join(directory, 'cdk.out') });
  const stack = new Stack(app, 'Tiny', { env: { account: '111111111111', region: 'us-east-1' } });
  const provider = new lambda.Function(stack, 'Function', {
    runtime: lambda.Runtime.NODEJS_LATEST,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(code),
  });
  const thing = new CustomResource(stack, 'Thing', { serviceToken: provider.functionArn, properties: { size } });
  new StringParameter(stack, 'Parameter', { parameterName: 'tiny', stringValue: 'ours' });
  new CfnOutput(stack, 'Size', { value: thing.getAttString('Size') });
  return app.synth().directory;
}
