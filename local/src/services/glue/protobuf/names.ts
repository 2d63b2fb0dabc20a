/**
 * How the names in a PROTOBUF definition are resolved: from the innermost scope outward, by the first part of a name
 * (language guide, "Packages and Name Resolution").
 */
// documented: Protocol Buffers documentation, "Packages and Name Resolution"
import { Enum, type ReflectionObject, type Root } from 'protobufjs';
import { AnyNamespace, declaredIn, fullNameOf, isType } from './declared';

export type Names = ReadonlyMap<string, ReflectionObject>;

/** All names of a definition. The values of an enum are names beside it: an enum stands for each of them. */
export function namesOf(root: Root): Names {
  const names = new Map<string, ReflectionObject>();
  for (const each of declaredIn(root)) {
    if (each instanceof Enum) Object.keys(each.values).forEach(value => names.set(beside(each, value), each));
    names.set(fullNameOf(each), each);
  }
  return names;
}

export interface Lookup {
  readonly name: string;
  /** The full name of what uses it, whose scope is the innermost one. */
  readonly usedBy: string;
  /** Skips what is no type in an inner scope. */
  readonly typesOnly?: boolean;
}

export function lookUp(names: Names, { name, usedBy, typesOnly = false }: Lookup): ReflectionObject | undefined {
  if (name.startsWith('.')) return names.get(name.slice(1));
  const [first] = name.split('.') as [string];
  for (const scope of scopesOf(usedBy)) {
    const found = names.get(scope + first);
    if (found === undefined) continue;
    // a scope that has the first part must have the others.
    if (first !== name && isScope(found)) return names.get(scope + name);
    if (first === name && (!typesOnly || isType(found))) return found;
  }
  return undefined;
}

const isScope = (each: ReflectionObject): boolean => each instanceof AnyNamespace || each instanceof Enum;

function scopesOf(name: string): readonly string[] {
  const parts = name.split('.').slice(0, -1);
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join('.')}.`), ''];
}

const beside = (each: ReflectionObject, name: string): string =>
  [...fullNameOf(each).split('.').slice(0, -1), name].join('.');
