/** What CloudFormation makes of the functions in a template, as far as it can be known before it does. */

/** A value that only the deployment will tell. */
export class Unknown {
  constructor(
    /** Why, in words. */
    readonly because: string,
  ) {}
}

/** What a template's functions speak of. `undefined` means that it is not known. */
export interface KnownValues {
  readonly pseudo: Readonly<Record<string, unknown>>;
  parameter(name: string): unknown;
  /** The physical id of a resource. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): unknown;
  readonly mappings: Readonly<Record<string, unknown>>;
}

/** Stands for what `AWS::NoValue` takes away. */
const NOTHING = Symbol('AWS::NoValue');

/** The value with its functions carried out. What is not known is an `Unknown` in its place. */
export function resolve(value: unknown, around: KnownValues): unknown {
  const resolved = evaluate(value, around);
  return resolved === NOTHING ? undefined : resolved;
}

/** The first part of a value that is not known. */
export function unknownIn(value: unknown): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const part of Object.values(value)) {
    const found = unknownIn(part);
    if (found) return found;
  }
  return undefined;
}

/** The logical ids that a value refers to. */
export function referencesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const { Ref: ref, 'Fn::GetAtt': att, 'Fn::Sub': sub } = value as Record<string, unknown>;
    if (typeof ref === 'string') found.add(ref);
    if (att !== undefined) found.add(attributeOf(att)[0]);
    const text = Array.isArray(sub) ? sub[0] : sub;
    if (typeof text === 'string') for (const [, name] of text.matchAll(PLACEHOLDER)) found.add(name.split('.')[0]);
  }
  for (const part of Object.values(value)) collect(part, found);
}

const PLACEHOLDER = /\$\{([^!}][^}]*)\}/g;

function evaluate(value: unknown, around: KnownValues): unknown {
  if (Array.isArray(value)) return value.map(part => evaluate(part, around)).filter(part => part !== NOTHING);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries.length === 1 ? entries[0] : [];
  if (name === 'Ref') return reference(String(argument), around);
  if (name === 'Condition' && typeof argument === 'string') return around.condition(argument);
  if (name?.startsWith('Fn::')) return call(name, argument, around);
  return Object.fromEntries(
    entries.map(([key, part]) => [key, evaluate(part, around)] as const).filter(([, part]) => part !== NOTHING),
  );
}

function reference(name: string, { pseudo, parameter, ref }: KnownValues): unknown {
  if (name === 'AWS::NoValue') return NOTHING;
  if (name in pseudo) return pseudo[name];
  return parameter(name) ?? ref(name) ?? new Unknown(`the id of ${name} is not known before it is made`);
}

function attributeOf(argument: unknown): [string, string] {
  if (Array.isArray(argument)) return [String(argument[0]), argument.slice(1).join('.')];
  const [logicalId, ...rest] = String(argument).split('.');
  return [logicalId, rest.join('.')];
}

function call(name: string, argument: unknown, around: KnownValues): unknown {
  if (name === 'Fn::GetAtt') {
    const [logicalId, attribute] = attributeOf(argument);
    return (
      around.attribute(logicalId, attribute) ??
      new Unknown(`the attribute ${attribute} of ${logicalId} is not known before it is made`)
    );
  }
  if (name === 'Fn::Sub') return substituted(argument, around);
  if (name === 'Fn::If') {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    const holds = around.condition(condition);
    if (holds instanceof Unknown) return holds;
    return evaluate(holds ? yes : no, around);
  }
  const resolved = evaluate(argument, around);
  return unknownIn(resolved) ?? known(name, resolved, around);
}

/** A function whose arguments are known. */
function known(name: string, argument: unknown, { mappings }: KnownValues): unknown {
  const list = argument as unknown[];
  switch (name) {
    case 'Fn::Join':
      return (list[1] as unknown[]).map(String).join(String(list[0]));
    case 'Fn::Select':
      return (list[1] as unknown[])[Number(list[0])];
    case 'Fn::Split':
      return String(list[1]).split(String(list[0]));
    case 'Fn::Base64':
      return Buffer.from(String(argument)).toString('base64');
    case 'Fn::FindInMap':
      return list.slice(0, 3).reduce<unknown>((at, key) => Object(at)[String(key)], mappings);
    case 'Fn::Equals':
      return String(list[0]) === String(list[1]);
    case 'Fn::Not':
      return !list[0];
    case 'Fn::And':
      return list.every(Boolean);
    case 'Fn::Or':
      return list.some(Boolean);
    default:
      return new Unknown(`what ${name} gives is only known to the deployment`);
  }
}

function substituted(argument: unknown, around: KnownValues): unknown {
  const [text, own = {}] = (Array.isArray(argument) ? argument : [argument]) as [string, Record<string, unknown>?];
  let unknown: Unknown | undefined;
  const result = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(own, name)
      ? evaluate(own[name], around)
      : name.includes('.')
        ? call('Fn::GetAtt', name, around)
        : reference(name, around);
    if (value instanceof Unknown) unknown ??= value;
    return String(value);
  });
  return unknown ?? result.replace(/\$\{!/g, '${');
}
