import { validateIdentityPolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';
import { ServiceError } from '../../core/service';

export type PolicyDocument = Readonly<Record<string, unknown>>;

/** Characters, white space aside, of a role's inline policies together. */
export const INLINE_CHARACTERS = 10_240;
/** Characters, white space aside, of a managed policy. */
export const MANAGED_CHARACTERS = 6_144;

/** Reads a policy document for an identity; throws MalformedPolicyDocument. */
export const identityPolicy = (text: unknown): PolicyDocument => parse(text, validateIdentityPolicy);

/** Reads a trust policy; throws MalformedPolicyDocument. */
export const trustPolicy = (text: unknown): PolicyDocument => parse(text, validateTrustPolicy);

function parse(text: unknown, validate: (policy: unknown) => { message: string; path: string }[]): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(String(text));
  } catch {
    throw malformed('the policy is not JSON');
  }
  const [problem] = validate(document);
  if (problem) throw malformed(`${problem.message} (at ${problem.path || 'the policy'})`);
  return document as PolicyDocument;
}

const malformed = (message: string): ServiceError => new ServiceError('MalformedPolicyDocument', message, 400);

/** The size that counts towards IAM's quotas. */
export const size = (document: PolicyDocument): number => JSON.stringify(document).replace(/\s/g, '').length;

const logging = {
  Effect: 'Allow',
  Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

/** The managed policies of AWS that functions use, by name with path. */
export const AWS_MANAGED: Readonly<Record<string, PolicyDocument>> = {
  'service-role/AWSLambdaBasicExecutionRole': { Version: '2012-10-17', Statement: [logging] },
  'service-role/AWSLambdaVPCAccessExecutionRole': {
    Version: '2012-10-17',
    Statement: [
      logging,
      {
        Effect: 'Allow',
        Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
        Resource: '*',
      },
    ],
  },
};
