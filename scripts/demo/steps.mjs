// The story that the demo tells: what is done, and what must be true after it.
const SIGNED = { signing: 'ed25519' };
const published = (version, isDefault) => ({ version, status: 'PUBLISHED', isDefault, attributes: SIGNED });

export const STACK = 'SoftwarePackages';
export const PACKAGE = 'brake-ecu';

export const STEPS = [
  {
    title: 'The first release: 1.0.0 is created, published and made the default',
    command: ['deploy', '-c', 'release=1'],
    succeeds: true,
    state: { stack: 'CREATE_COMPLETE', package: PACKAGE, versions: [published('1.0.0', true)] },
  },
  {
    title: 'The next release: 2.0.0 becomes the default, 1.0.0 goes with its construct',
    command: ['deploy', '-c', 'release=2'],
    succeeds: true,
    state: { stack: 'UPDATE_COMPLETE', package: PACKAGE, versions: [published('2.0.0', true)] },
  },
  {
    title: 'A release that cannot work: it changes an attribute of 2.0.0, which is published',
    command: ['deploy', '-c', 'release=3'],
    succeeds: false,
    // what the message of the failed resource must say.
    reason: [/attributes \(signing\)/, /version ?name/i],
    state: { stack: 'UPDATE_ROLLBACK_COMPLETE', package: PACKAGE, versions: [published('2.0.0', true)] },
  },
  {
    title: 'The end: the stack is destroyed, and takes with it what it owns',
    command: ['destroy', '--force'],
    succeeds: true,
    state: { stack: 'none', package: 'none', versions: [] },
  },
];
