/** The HTTP bindings of operations, from the schemas of the SDK's clients. */
// documented: API model, as the schemas of the SDK have it
import { type Operation } from '../core/service';

/** The places of an input's members in an HTTP request. */
export type Binding = Pick<Operation, 'http' | 'headers' | 'query'>;

// the SDK's schemas are arrays: an operation's traits and input, a structure's members and their schemas.
type OperationSchema = readonly [kind: 9, namespace: string, name: string, traits: unknown, input: unknown];
type StructureSchema = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  members: readonly string[],
  schemas: readonly unknown[],
];

/** The binding of an operation by the schema with its name. Empty if the client has none. */
export function bindingOf(client: object, operation: string): Binding {
  const schema = (client as Record<string, OperationSchema | undefined>)[`${operation}$`];
  if (!schema) return {};
  const [method, path] = traitsOf(schema[3]).http as [string, string];
  const [, , , , members, schemas] = unwrapped(schema[4]) as StructureSchema;
  const named = (trait: 'httpQuery' | 'httpHeader') =>
    members.flatMap((member, at): [string, string][] => {
      const name = traitsOf(memberTraits(schemas[at]))[trait];
      return typeof name === 'string' ? [[trait === 'httpHeader' ? name.toLowerCase() : name, member]] : [];
    });
  return {
    http: `${method} ${path}`,
    query: Object.fromEntries(named('httpQuery')),
    headers: Object.fromEntries(named('httpHeader')),
  };
}

/** A member is its type, or its type with traits. */
const memberTraits = (schema: unknown): unknown => (Array.isArray(schema) ? schema[1] : undefined);

/** Traits are an object, or a number of flags without names. */
const traitsOf = (traits: unknown): Readonly<Record<string, unknown>> =>
  typeof traits === 'object' && traits !== null ? (traits as Record<string, unknown>) : {};

const unwrapped = (schema: unknown): unknown => (typeof schema === 'function' ? (schema as () => unknown)() : schema);
