/**
 * K7: somebody's hand deletes an artifact, or makes it anew, between any two calls of a rollback or of a Delete: neither
 * fails because of that, or waits for the end of its time.
 */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { sampled } from '../../../testing/sample';
import { PACKAGE, aws, cancel, pointer, published, settled, shown, stack, succeeded, tagged } from './cancellations';

const OWN = 'own';
const byHand = (operation: string, input: object) => aws.iot.byHand(operation, { packageName: PACKAGE, ...input });

const saying = (Description: string, more: object = {}) => ({ Description, ...tagged({ team: Description }), ...more });

const own = (Description: string, more: object = {}) => ({
  PackageName: OWN,
  Removal: 'DELETE',
  ...saying(Description, more),
});

interface Subject {
  readonly type: string;
  readonly before: object;
  readonly after: object;
  /** Deletes it. */
  vanishes(): Promise<unknown>;
  /** Makes it, as somebody does who knows nothing of the stack. */
  isMade(): Promise<unknown>;
}

const packageIsDeleted = async () => {
  if (shown() !== undefined) await byHand('UpdatePackage', { unsetDefaultVersion: true });
  for (const versionName of Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {})) {
    await byHand('DeletePackageVersion', { versionName });
  }
  await byHand('DeletePackage', {});
};

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'a version': {
    type: Type.VERSION,
    before: published('1.0.0', saying('a')),
    after: published('1.0.0', saying('b', { Status: 'DEPRECATED' })),
    vanishes: () => byHand('DeletePackageVersion', { versionName: '1.0.0' }),
    isMade: () => aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' }),
  },
  'a package': {
    type: Type.PACKAGE,
    before: own('a'),
    after: own('b'),
    vanishes: () => byHand('DeletePackage', { packageName: OWN }),
    isMade: () => aws.iot.createPackage(OWN),
  },
  'a default': {
    type: Type.DEFAULT_VERSION,
    before: pointer('0.1.0'),
    after: pointer('0.2.0'),
    vanishes: packageIsDeleted,
    isMade: async () => {
      await aws.iot.createPackage(PACKAGE);
      await aws.iot.createVersion(PACKAGE, '0.1.0', { status: 'PUBLISHED', isDefault: true });
    },
  },
};

beforeEach(async () => {
  for (const name of ['0.1.0', '0.2.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
});

const created = async ({ type, before }: Subject, more: object = {}) => {
  const id = succeeded(await stack.create(type, 'R', { ...before, ...more }));
  await settled();
  return id;
};

/** What a resource has been through, and then sends. */
const EVENTS = {
  'the reverse Update': async (subject: Subject) => {
    const { type, before, after } = subject;
    const id = await created(subject);
    succeeded(await stack.update(type, 'R', { id, properties: after, old: before }));
    await cancel('R', 'UPDATE', id);
    return () => stack.update(type, 'R', { id, properties: before, old: after });
  },
  'the Delete of a creation that is rolled back': async ({ type, before }: Subject) => {
    const id = succeeded(await stack.create(type, 'R', before));
    await stack.later();
    stack.status = 'ROLLBACK_IN_PROGRESS';
    return () => stack.delete(type, 'R', id, before);
  },
  'the Delete of an adoption that is rolled back': async (subject: Subject) => {
    const { type, after } = subject;
    await subject.isMade().catch(() => byHand('UpdatePackage', { defaultVersionName: '0.1.0' }));
    const adopting = { ...after, AdoptExisting: true };
    const id = succeeded(await stack.create(type, 'R', adopting));
    await stack.later();
    stack.status = 'ROLLBACK_IN_PROGRESS';
    return () => stack.delete(type, 'R', id, adopting);
  },
  ...Object.fromEntries(
    ['DELETE', 'RETAIN'].map(Removal => [
      `a Delete under ${Removal}`,
      async (subject: Subject) => {
        const id = await created(subject, { Removal });
        stack.status = 'DELETE_IN_PROGRESS';
        return () => stack.delete(subject.type, 'R', id, { ...subject.before, Removal });
      },
    ]),
  ),
};

/** Somebody's hand does something before that call, if there is one. */
const beforeCall = (nth: number, happens: () => Promise<unknown>): void => {
  let calls = 0;
  stack.interrupt = async (_operation, moment) => {
    if (moment === 'before' && ++calls === nth) await happens();
  };
};

/** More than most of these events make. */
const CALLS = Array.from({ length: 9 }, (_, index) => index + 1);

describe.each(Object.entries(SUBJECTS))('%s', (_what, subject) => {
  describe.each(Object.entries(EVENTS))('%s', (_event, prepared) => {
    test.each(sampled(CALLS, 3))('bears that it vanishes before call %d', async nth => {
      const send = await prepared(subject);
      beforeCall(nth, subject.vanishes);
      succeeded(await send());
    });

    test.each(sampled(CALLS, 3))('does not wait for what is made anew before call %d', async nth => {
      const send = await prepared(subject);
      beforeCall(nth, async () => {
        await subject.vanishes();
        await subject.isMade();
      });
      const began = stack.now;
      succeeded(await send());
      expect(stack.now - began).toBeLessThan(30_000);
    });
  });
});
