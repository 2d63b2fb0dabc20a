import { Stack, Token } from 'aws-cdk-lib';
import { differ, sameEnvironment } from '../core/environment';
import { type ISoftwarePackage } from './software-package';

/**
 * The name of a package as declared. `packageName` of a package of this app refers to the package's resource. The
 * provider's policy must not, because the resource depends on the policy.
 */
export function declaredPackageName(softwarePackage: ISoftwarePackage): string {
  return (softwarePackage as { _declaredName?: string })._declaredName ?? softwarePackage.packageName;
}

/** The name of a version as declared. */
export function declaredVersionName(version: { readonly packageVersionName: string }): string {
  return (version as { _declaredName?: string })._declaredName ?? version.packageVersionName;
}

/** Whether two constructs are the same package, as far as that is known at synth. */
export function samePackage(a: ISoftwarePackage, b: ISoftwarePackage): boolean {
  if (a === b) return true;
  const [one, other] = [declaredPackageName(a), declaredPackageName(b)];
  if (Token.isUnresolved(one) || Token.isUnresolved(other)) {
    return (
      Stack.of(a) === Stack.of(b) && JSON.stringify(a.stack.resolve(one)) === JSON.stringify(b.stack.resolve(other))
    );
  }
  const elsewhere = differ(a.env.account, b.env.account) || differ(a.env.region, b.env.region);
  return one === other && !elsewhere && sameEnvironment(a, b);
}
