/** Capabilities: what a deployer must acknowledge before a template can change permissions. */
// documented: user guide, "Acknowledging IAM resources in CloudFormation templates"; API reference, CreateStack
// captured: public report, for the message
import { ServiceError } from '../../core/service';
import { type Template } from './template';

/** The properties with which users name IAM resources. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
};

export function requiredCapabilities(template: Template): string[] {
  const resources = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (resources.length === 0) return [];
  const isNamed = resources.some(({ Type, Properties = {} }) => NAMES[Type] !== undefined && NAMES[Type] in Properties);
  return [isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

/** Throws InsufficientCapabilitiesException. */
export function checkCapabilities(template: Template, given: readonly string[]): void {
  const missing = requiredCapabilities(template).filter(
    capability => !given.includes(capability) && !given.includes('CAPABILITY_NAMED_IAM'),
  );
  if (missing.length > 0) {
    // documented: API reference, CreateStack
    // captured: public report, for the message
    throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
  }
}
