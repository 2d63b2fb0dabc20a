/** What a PROTOBUF definition declares. */
import { Enum, Namespace, type NamespaceBase, type ReflectionObject, type Root, Service, Type } from 'protobufjs';

export type Syntax = 'proto2' | 'proto3';

/** A definition whose types are resolved. */
export interface Definition {
  readonly syntax: Syntax;
  readonly package: string;
  /** With its imports. */
  readonly root: Root;
  /** Without its imports; the package is among them. */
  readonly declared: readonly ReflectionObject[];
}

export type Class<T> = abstract new (...args: never[]) => T;

/** Messages and services, too: the base class of the types is this one at run time. */
export const AnyNamespace = Namespace as unknown as Class<NamespaceBase>;

/** Everything that a namespace declares, with itself. */
export function* declaredIn(parent: NamespaceBase): Iterable<ReflectionObject> {
  yield parent;
  if (parent instanceof Type) yield* [...parent.fieldsArray, ...parent.oneofsArray];
  if (parent instanceof Service) yield* parent.methodsArray;
  for (const each of parent.nestedArray) {
    if (each instanceof AnyNamespace) yield* declaredIn(each);
    else yield each;
  }
}

/** The name without the dot before it. */
export const fullNameOf = ({ fullName }: ReflectionObject): string => fullName.replace(/^\./, '');

export const isType = (each: unknown): each is Type | Enum => each instanceof Type || each instanceof Enum;
