/** An upper estimate of the characters that a deployment writes for a value that only the deployment knows. */
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 10,
  'AWS::Region': 15,
  'AWS::StackId': 230,
  'AWS::StackName': 128,
  'AWS::URLSuffix': 20,
};

/**
 * Characters of an attribute, or of a name that CloudFormation generates. unverified: most ARNs are shorter, some can
 * be longer.
 */
const REFERENCE = 130;

/** The characters of a value in a deployed policy, in JSON without whitespace. */
export function deployedCharacters(value: unknown): number {
  if (Array.isArray(value)) return 1 + value.reduce((sum: number, each) => sum + 1 + deployedCharacters(each), 0);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)?.length ?? 0;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return 2 + ofIntrinsic(name, argument);
  return entries.reduce((sum, [key, each]) => sum + key.length + 4 + deployedCharacters(each), 1);
}

/** Counted without the quotes. */
function ofIntrinsic(name: string, argument: unknown): number {
  if (name === 'Ref') return PSEUDO[String(argument)] ?? REFERENCE;
  if (name !== 'Fn::Join') return REFERENCE;
  const [separator, parts] = argument as [string, unknown[] | object];
  if (!Array.isArray(parts)) return REFERENCE;
  return parts.reduce((sum: number, part) => sum + deployedCharacters(part) - 2 + separator.length, 0);
}
