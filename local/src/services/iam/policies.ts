// documented: user guide, reference_policies_grammar and reference_iam-quotas
// unverified: the words after MalformedPolicyDocument
import { isOperator } from '../../core/conditions';
import { ServiceError } from '../../core/service';

export type PolicyDocument = Readonly<Record<string, unknown>>;

/** The most characters of a role's inline policies together, without white space. */
export const INLINE_CHARACTERS = 10_240;
/** The most characters of a managed policy, without white space. */
export const MANAGED_CHARACTERS = 6_144;

/** Reads a policy document of an identity. Throws MalformedPolicyDocument. */
export const identityPolicy = (text: unknown): PolicyDocument =>
  parse(text, { oneOf: [ACTIONS, ['Resource', 'NotResource']], never: ['Principal', 'NotPrincipal'] });

/** Reads a trust policy. Throws MalformedPolicyDocument. */
export const trustPolicy = (text: unknown): PolicyDocument =>
  parse(text, { oneOf: [ACTIONS, ['Principal', 'NotPrincipal']], never: ['Resource', 'NotResource'] });

const ACTIONS = ['Action', 'NotAction'];
const MEMBERS = ['Version', 'Id', 'Statement'];
const ELEMENTS = [
  'Sid',
  'Effect',
  'Condition',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
];

/** Checks the elements of a statement: exactly one of each pair, and none that this kind of policy does not have. */
interface Grammar {
  readonly oneOf: readonly (readonly string[])[];
  readonly never: readonly string[];
}

function parse(text: unknown, grammar: Grammar): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(String(text));
  } catch {
    throw malformed('the policy is not JSON');
  }
  if (!isObject(document)) throw malformed('the policy must be an object');
  requireKnown('the policy', document, MEMBERS);
  const { Version = '2008-10-17', Statement } = document;
  if (!['2012-10-17', '2008-10-17'].includes(String(Version))) throw malformed(`there is no version ${Version}`);
  if (Statement === undefined) throw malformed('the policy has no Statement');
  [Statement].flat().forEach((statement, index) => requireStatement(`Statement ${index}`, statement, grammar));
  return document;
}

function requireStatement(name: string, statement: unknown, { oneOf, never }: Grammar): void {
  if (!isObject(statement)) throw malformed(`${name} must be an object`);
  requireKnown(name, statement, ELEMENTS);
  const { Effect, Condition = {} } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`the Effect of ${name} is neither Allow nor Deny`);
  for (const elements of oneOf) {
    if (elements.filter(element => element in statement).length !== 1) {
      throw malformed(`${name} must have either ${elements.join(' or ')}`);
    }
  }
  for (const element of never) if (element in statement) throw malformed(`${name} can have no ${element}`);
  for (const element of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    const texts = [statement[element] ?? []].flat();
    if (!texts.every(each => typeof each === 'string')) throw malformed(`the ${element} of ${name} must be a text`);
  }
  if (!isObject(Condition)) throw malformed(`the Condition of ${name} must be an object`);
  for (const [operator, keys] of Object.entries(Condition)) {
    if (!isOperator(operator)) throw malformed(`there is no condition operator ${operator}, as in ${name}`);
    if (!isObject(keys)) throw malformed(`the keys of ${operator} in ${name} must be an object`);
  }
}

function requireKnown(what: string, given: object, names: readonly string[]): void {
  const unknown = Object.keys(given).find(name => !names.includes(name));
  if (unknown !== undefined) throw malformed(`${what} has no ${unknown}: it can have ${names.join(', ')}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (message: string): ServiceError => new ServiceError('MalformedPolicyDocument', message, 400);

/** The size that counts towards IAM's quotas. */
export const size = (document: PolicyDocument): number => JSON.stringify(document).replace(/\s/g, '').length;

const logging = {
  Effect: 'Allow',
  Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

/** The managed policies of AWS that functions use, by path and name. */
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
