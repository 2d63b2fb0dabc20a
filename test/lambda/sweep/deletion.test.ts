import { type StackPhase, type StackQuestions } from '../../../lambda/runtime/stack';
import { type DeletionRules, rulesOfDeletion } from '../../../lambda/sweep/deletion';

const properties = (Triggers: ('ON_DESTROY' | 'DURING_DEPLOYMENT')[], Config = 'rules') => ({
  Config,
  StateMachineArn: 'arn:machine',
  Triggers,
});
const SHOWN = properties(['ON_DESTROY']);
const AGREED = properties(['ON_DESTROY'], 'of the last success');

/** What a stack answers that is deleted after deployments that have succeeded. */
interface Answers {
  phase?: StackPhase;
  hasSucceeded?: boolean;
  had?: boolean;
  then?: object | 'unknown';
}

const decide = (
  { phase = 'deleting', hasSucceeded = true, had = true, then }: Answers,
  held: Parameters<typeof rulesOfDeletion>[0]['properties'],
) => {
  const stack = {
    stackPhase: async () => phase,
    succeededSince: async (claimedAt: number | undefined) => hasSucceeded && claimedAt === 0,
    hadAtSuccess: async (physicalId: string) => had && physicalId === 'sweep/1',
    propertiesAtSuccess: async () => then,
  };
  return rulesOfDeletion({ properties: held, physicalId: 'sweep/1' }, stack as unknown as StackQuestions);
};
const nothing = (because: RegExp): DeletionRules => ({ kind: 'nothing', because: expect.stringMatching(because) });

test.each<[string, Answers, typeof SHOWN | undefined, DeletionRules]>([
  ['sweeps by what CloudFormation shows', {}, SHOWN, { kind: 'sweeps', rules: SHOWN }],
  ['sweeps by what had succeeded', { then: AGREED }, SHOWN, { kind: 'sweeps', rules: AGREED }],
  ['sweeps where nothing is shown', {}, undefined, { kind: 'sweeps', rules: undefined }],
  ['of the resource alone does not', { phase: 'deploying' }, SHOWN, nothing(/not being deleted, but deploying/)],
  ['of a rollback does not', { phase: 'rolling-back' }, SHOWN, nothing(/not being deleted, but rolling-back/)],
  ['of a failed creation does not', { hasSucceeded: false }, SHOWN, nothing(/no deployment of the stack/)],
  ['of a new sweep that failed does not', { had: false }, SHOWN, nothing(/no deployment with this sweep/)],
  ['by unknown rules does not', { then: 'unknown' }, SHOWN, nothing(/a deployment that failed/)],
  ['with another trigger does not', {}, properties(['DURING_DEPLOYMENT']), nothing(/a deployment that failed/)],
  [
    'whose success had no trigger does not',
    { then: { Config: 'rules', StateMachineArn: 'arn:machine' } },
    SHOWN,
    nothing(/a deployment that failed/),
  ],
  ['whose success had another trigger does not', { then: properties([]) }, SHOWN, nothing(/a deployment that failed/)],
])('a deletion %s', async (_what, answers, held, expected) => {
  expect(await decide(answers, held)).toEqual(expected);
});
