import { notesOf, released } from '../../scripts/changelog';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- One thing.

## [0.1.0] - 2026-01-01

- The first thing.
`;

test('what is unreleased becomes a version of a day, and nothing is unreleased then', () => {
  const after = released(CHANGELOG, '0.2.0', '2026-11-28');

  expect(after).toContain('## [Unreleased]\n\n## [0.2.0] - 2026-11-28\n\n### Added\n\n- One thing.\n');
  expect(notesOf(after, 'Unreleased')).toBe('');
  expect(notesOf(after, '0.2.0')).toBe('### Added\n\n- One thing.');
  expect(notesOf(after, '0.1.0')).toBe('- The first thing.');
});

test('there is no release without notes, and none twice', () => {
  expect(() => released(released(CHANGELOG, '0.2.0', 'today'), '0.3.0', 'today')).toThrow('nothing is unreleased');
  expect(() => released(CHANGELOG, '0.1.0', 'today')).toThrow('has version 0.1.0 already');
  expect(() => released('# Changelog\n', '0.2.0', 'today')).toThrow('must have a part ## [Unreleased], got none');
  expect(() => notesOf(CHANGELOG, '0.9.0')).toThrow('must say what version 0.9.0 brings');
});
