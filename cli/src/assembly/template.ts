/** A template's text: JSON as the CDK writes it, or YAML as people do, with the short forms of its functions. */
import { type CollectionTag, type ScalarTag, type Tags, YAMLMap, isMap, parseDocument } from 'yaml';
import { UserError } from '../errors';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Transform?: unknown;
}

/** @param where what has this text, for a message */
export function parseTemplate(text: string, where: string): Template {
  try {
    return (text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text)) as Template;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UserError(
      `${where} is not JSON or YAML of CloudFormation: ${reason}. Synthesize and deploy the app again`,
    );
  }
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'yaml-1.1', customTags: withShortForms });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  if (!isMap(document.contents)) throw new Error('it has no sections');
  return document.toJS();
}

/** Of YAML 1.1 what CloudFormation knows: to it a date, say, is a text. */
const withShortForms = (tags: Tags): Tags => [...tags.filter(tag => !LEFT_OUT.test(nameOf(tag))), ...SHORT_FORMS];

const LEFT_OUT = /(binary|omap|pairs|set|timestamp)$/;

const nameOf = (tag: Tags[number]): string => (typeof tag === 'string' ? tag : tag.tag);

/** `!Ref x`, `!GetAtt a.b`, `!Sub ...` and the others. */
const SHORT_FORMS: Tags = [
  ...['Ref', 'Condition', 'And', 'Base64', 'Cidr', 'Contains', 'EachMemberEquals', 'EachMemberIn', 'Equals'],
  ...['FindInMap', 'GetAtt', 'GetAZs', 'GetStackOutput', 'If', 'ImportValue', 'Join', 'Length', 'Not', 'Or'],
  ...['RefAll', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform', 'ValueOf', 'ValueOfAll'],
].flatMap(shortForm);

function shortForm(name: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const resolve = (argument: unknown) => {
    const call = new YAMLMap();
    call.set(key, argument);
    return call;
  };
  return [
    { tag, resolve: (argument: string) => ({ [key]: argument }) },
    { tag, collection: 'map', resolve },
    { tag, collection: 'seq', resolve },
  ];
}
