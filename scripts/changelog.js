// The part of CHANGELOG.md about one release.
const UNRELEASED = '## [Unreleased]';

const headingOf = version => `## [${version}]`;

/** The changelog after the unreleased part has become a version, with a day such as 2026-11-28. */
function released(changelog, version, day) {
  if (changelog.includes(`${headingOf(version)} `)) throw new Error(`CHANGELOG.md has version ${version} already`);
  if (!changelog.includes(UNRELEASED)) throw new Error(`CHANGELOG.md must have a part ${UNRELEASED}, got none`);
  if (notesOf(changelog, 'Unreleased') === '')
    throw new Error('nothing is unreleased: say in CHANGELOG.md what is new');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n${headingOf(version)} - ${day}`);
}

/** The notes of a version, in Markdown. */
function notesOf(changelog, version) {
  const at = changelog.indexOf(headingOf(version));
  if (at < 0) throw new Error(`CHANGELOG.md must say what version ${version} brings`);
  const [, ...lines] = changelog.slice(at).split('\n');
  const end = lines.findIndex(line => line.startsWith('## '));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}

module.exports = { notesOf, released };
