import { type ArtifactReport, type StackReport, type SweepReport, summaryOf, sweptAway } from '../../src/plan/report';

const sweep = (differing: Partial<SweepReport> = {}): SweepReport => ({
  name: 'any',
  type: 'Custom::IoTPackageVersionRetention',
  logicalId: 'Keep',
  triggers: ['on destroy', 'rate(1 day)'],
  action: 'delete',
  candidates: [],
  removed: 3,
  kept: 1,
  byReason: {},
  dryRun: false,
  notes: [],
  ...differing,
});

const artifact = (differing: Partial<ArtifactReport> = {}): ArtifactReport => ({
  name: 'any',
  type: 'Custom::IoTSoftwarePackage',
  logicalId: 'Firmware',
  actions: ['update'],
  notes: [],
  ...differing,
});

const stack = (artifacts: readonly ArtifactReport[], sweeps: readonly SweepReport[]): StackReport => ({
  name: 'Fleet',
  stackName: 'Fleet',
  account: '111111111111',
  region: 'us-east-1',
  artifacts,
  sweeps,
  notes: [],
});

test.each<[string, Partial<SweepReport>, number]>([
  ['is started', {}, 3],
  ['runs at the end of its stack alone', { triggers: ['on destroy'] }, 0],
  ['is never started', { triggers: [] }, 0],
  ['removes nothing by its own rules', { dryRun: true }, 0],
  ['is refused', { refused: 'any' }, 0],
  ['deprecates', { action: 'deprecate' }, 0],
])('what is swept away by a sweep that %s', (_, differing, expected) => {
  expect(sweptAway(sweep(differing))).toBe(expected);
});

test('a summary counts what all stacks lose, fail on and do not know', () => {
  const stacks = [
    stack([artifact({ actions: ['deprecate', 'delete'] }), artifact({ actions: [], failure: 'any' })], [sweep()]),
    stack(
      [artifact({ unknown: 'any' }), artifact({ actions: ['delete'] }), artifact()],
      [sweep({ removed: 2 }), sweep({ removed: 0, unknown: 'any' })],
    ),
  ];
  expect(summaryOf(stacks)).toEqual({ artifactsDeleted: 2, sweptAway: 5, failures: 1, unknown: 2 });
});
