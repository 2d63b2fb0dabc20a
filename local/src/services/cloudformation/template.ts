/** CloudFormation templates: reads them from JSON or YAML, and checks their outer form. */
// documented: user guide, "Template sections"
import * as yaml from 'js-yaml';
import { ServiceError } from '../../core/service';

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: RemovalPolicy;
  readonly UpdateReplacePolicy?: RemovalPolicy;
  readonly Metadata?: unknown;
}

/** What happens to a resource that is removed, or to the old one if it is replaced. */
export type RemovalPolicy = 'Delete' | 'Retain' | 'Snapshot' | 'RetainExceptOnCreate';

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly NoEcho?: boolean | string;
  readonly Description?: string;
}

export interface OutputDefinition {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface Template {
  readonly Description?: string;
  readonly Metadata?: unknown;
  readonly Parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  /** This part is not evaluated. */
  readonly Rules?: unknown;
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs?: Readonly<Record<string, OutputDefinition>>;
  readonly Transform?: unknown;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Resources',
  'Outputs',
  'Transform',
];

/** A refusal of a template or of an operation, in CloudFormation's wording. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

/**
 * The most bytes of a template in S3. documented: user guide, "Understand CloudFormation quotas", as 1 MB. captured:
 * public report, for the message, which says how many bytes these are
 */
const TEMPLATE_BYTES = 1_000_000;

/** Reads a template. Throws ValidationError. captured: public report, for the messages */
export function parseTemplate(body: string): Template {
  if (Buffer.byteLength(body) > TEMPLATE_BYTES) {
    throw validationError(`Template may not exceed ${TEMPLATE_BYTES} bytes in size.`);
  }
  const template = parseDocument(body);
  if (!isRecord(template)) {
    throw validationError('Template format error: unsupported structure.');
  }
  const unknown = Object.keys(template).filter(section => !SECTIONS.includes(section));
  if (unknown.length > 0) {
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  }
  if (template.Transform !== undefined) {
    throw validationError(
      `Transform ${JSON.stringify(template.Transform)} is not supported by the local CloudFormation: deploy a template without macros`,
    );
  }
  if (!isRecord(template.Resources) || Object.keys(template.Resources).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId)) {
      throw validationError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
    }
    if (!isRecord(resource) || typeof resource.Type !== 'string') {
      throw validationError(
        `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
      );
    }
  }
  return template as unknown as Template;
}

function parseDocument(body: string): unknown {
  try {
    return body.trimStart().startsWith('{') ? JSON.parse(body) : yaml.load(body, { schema: SHORT_FORMS });
  } catch (error) {
    // captured: public report, for the first words
    throw validationError(`Template format error: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** The short forms of the intrinsic functions in YAML: `!Ref x`, `!GetAtt a.b`, `!Sub ...` and the others. */
const SHORT_FORMS = yaml.CORE_SCHEMA.extend(
  [
    'Ref',
    'Condition',
    ...['And', 'Base64', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Not', 'Or'],
    ...['GetStackOutput', 'Select', 'Split', 'Sub', 'Transform'],
  ].flatMap(name =>
    (['scalar', 'sequence', 'mapping'] as const).map(
      kind =>
        new yaml.Type(`!${name}`, {
          kind,
          construct: (value: unknown) => ({ [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value }),
        }),
    ),
  ),
);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
