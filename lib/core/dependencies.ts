import { Dependable, type IConstruct, type IDependable } from 'constructs';

/** A dependency on constructs that are only known when the app is synthesized. */
export function dependencyOn(roots: () => IConstruct[]): Dependable {
  return {
    get dependencyRoots() {
      return roots();
    },
  };
}

/** An `IDependable` that stands for constructs that are only known when the app is synthesized. */
export function dependableOn(roots: () => IConstruct[]): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, dependencyOn(roots));
  return dependable;
}

/** The resources behind constructs. */
export function resourcesOf(...constructs: (IConstruct | undefined)[]): IConstruct[] {
  return constructs.flatMap(construct => construct?.node.defaultChild ?? []);
}
