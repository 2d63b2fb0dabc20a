import { strToU8, zipSync } from 'fflate';
import { type LocalAws } from 'cdk-versioned-artifacts-local';

export const ACCOUNT = '111111111111';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

export interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: object;
}

export const policy = (...statements: Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map(s => ({ Effect: 'Allow', ...s })) });

/** Makes the role `worker`, which Lambda may assume. */
export async function createRole(aws: LocalAws, ...statements: Statement[]): Promise<void> {
  await aws.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: JSON.stringify(TRUST) });
  if (statements.length > 0) {
    await aws.call('iam', 'PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'grants',
      PolicyDocument: policy(...statements),
    });
  }
}

/** Makes a function of the role `worker` whose module is the source. */
export async function createFunction(aws: LocalAws, source: string, configuration: object = {}): Promise<void> {
  await aws.call('lambda', 'CreateFunction', {
    FunctionName: 'fn',
    Runtime: 'nodejs20.x',
    Handler: 'index.handler',
    Role: ROLE,
    Code: { ZipFile: zip(source) },
    ...configuration,
  });
}

export const zip = (source: string): Buffer => Buffer.from(zipSync({ 'index.js': strToU8(source) }));

/** What an SDK client needs to speak to the local AWS. */
export const client = (aws: LocalAws) => ({
  endpoint: aws.endpoint,
  region: aws.region,
  credentials: { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' },
  maxAttempts: 1,
});
