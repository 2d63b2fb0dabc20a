import { takenBack } from '../../../lambda/glue/taken-back-metadata';
import { type Marks, marksFrom } from '../../../lambda/glue/version-ownership';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { type LettingGo } from '../../../lambda/runtime/ownership';
import { type Declaration } from '../../../lambda/runtime/stack-history';
import { held, pair } from './held-pairs';
import { NOBODY, definition } from './registry';

describe('a resource that gives a version up takes back', () => {
  const template = { team: 'a' };
  const marks = marksFrom([held('b', 10), pair('team', 'a', 5), pair('tier', '1', 5)]);
  interface Options {
    readonly phase?: Awaited<ReturnType<Scope['stackPhase']>>;
    readonly settled?: boolean;
    readonly of?: Marks;
    readonly isSettled?: boolean;
    readonly declarations?: readonly Declaration[];
  }
  const ID = '00000000-0000-0000-0000-000000000001';
  const asking = ({ phase = 'rolling-back', settled = false, declarations = [] }: Options) =>
    ({
      stackPhase: async () => phase,
      settledSince: async () => settled,
      declarationsSinceSuccess: async () => declarations,
    }) as unknown as Scope;
  const back = (outcome: LettingGo['kind'], options: Options = {}) => {
    const { of = marks, isSettled = false } = options;
    return takenBack({ versionId: ID, marks: of, template, outcome, heir: 'b', isSettled }, asking(options));
  };
  const declared = (Metadata: object, more: Partial<Declaration> = {}): Declaration => ({
    physicalId: `shop/orders@b/${ID}`,
    properties: { RegistryName: 'shop', SchemaName: 'orders', Definition: definition('a'), Metadata } as never,
    from: 4,
    until: 6,
    isRestoring: false,
    ...more,
  });
  const by = (owner: string, id = ID) => ({ physicalId: `shop/orders@${owner}/${id}` });

  test.each<[string, LettingGo['kind'], Parameters<typeof back>[1], boolean]>([
    ['what it had put before the present owner', 'forgotten', {}, true],
    ['nothing that a deployment has settled', 'forgotten', { settled: true }, false],
    ['nothing but in a rollback', 'forgotten', { phase: 'deploying' }, false],
    [
      'nothing that is as old as the present owner',
      'forgotten',
      { of: marksFrom([held('b', 5), pair('team', 'a', 5)]) },
      false,
    ],
    ['nothing younger than the record', 'forgotten', { of: marksFrom([held('b', 4), pair('team', 'a', 5)]) }, false],
    ['nothing if nobody has it', 'forgotten', { of: marksFrom([pair('team', 'a', 5)]) }, false],
    [
      'nothing by the age of a copy',
      'forgotten',
      { of: marksFrom([pair('copy', held('b').value, 10), held('b', 4), pair('team', 'a', 5)]) },
      false,
    ],
    ['nothing of what it releases', 'released', {}, false],
    ['nothing of what it bequeaths', 'bequeathed', {}, false],
    ['nothing that is older than its claim, if it gives the version back', 'returned', {}, false],
    [
      'what it has put since its claim, if it gives the version back',
      'returned',
      { of: marksFrom([held('b', 5), pair('team', 'a', 5)]) },
      true,
    ],
  ])('%s', async (_what, outcome, options, isTaken) => {
    expect(await back(outcome, options)).toEqual(isTaken ? [['team', 'a']] : []);
  });

  const tier: readonly string[] = ['tier', '1'];
  const team: readonly string[] = ['team', 'a'];

  test.each<[string, LettingGo['kind'], Options, readonly (readonly string[])[]]>([
    ['what failed deployments have put', 'returned', { declarations: [declared({ tier: '1' }, by('c'))] }, [tier]],
    ['not what its heir declares', 'forgotten', { declarations: [declared({ team: 'a' })] }, []],
    [
      'what its heir does not declare any more',
      'returned',
      { declarations: [declared({ tier: '1' }), declared({})] },
      [tier],
    ],
    [
      'what its heir has left out of its template, in the clean-up',
      'forgotten',
      { phase: 'deploying', isSettled: true, declarations: [declared({ tier: '1' })] },
      [team],
    ],
    ['nothing in the clean-up if nothing is known of its heir', 'bequeathed', { isSettled: true }, []],
    [
      'nothing of its own if the version is released',
      'released',
      { declarations: [declared({ team: 'a', tier: '1' }, by('c'))] },
      [tier],
    ],
    [
      'nothing that was put before they began',
      'returned',
      { declarations: [declared({ tier: '1' }, { ...by('c'), from: 1_004, until: 1_006 })] },
      [],
    ],
    [
      'what was put in the second in which they began',
      'returned',
      { declarations: [declared({ tier: '1' }, { ...by('c'), from: 900, until: 1_006 })] },
      [tier],
    ],
    [
      'nothing that was put a second after they had ended',
      'returned',
      {
        of: marksFrom([held('b', 10), pair('tier', '1', 1_006)]),
        declarations: [declared({ tier: '1' }, by('c'))],
      },
      [],
    ],
    [
      'nothing that was put with another version',
      'returned',
      { declarations: [declared({ tier: '1' }, by('c', NOBODY))] },
      [],
    ],
    [
      'nothing that a rollback has put',
      'returned',
      { declarations: [declared({ tier: '1' }, { ...by('c'), isRestoring: true })] },
      [],
    ],
    [
      'nothing by properties that were refused',
      'returned',
      { declarations: [{ ...declared({}, by('c')), properties: { Metadata: { tier: '1' } } }] },
      [],
    ],
  ])('%s', async (_what, outcome, options, expected) => {
    expect(await back(outcome, options)).toEqual(expected);
  });

  test('nothing, and asks nobody, if the version has no other metadata', async () => {
    const none = { versionId: ID, marks: marksFrom([held('b', 10)]), template, heir: 'b', isSettled: false };
    expect(await takenBack({ ...none, outcome: 'forgotten' }, {} as Scope)).toEqual([]);
  });
});
