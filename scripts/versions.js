const { diff, major } = require('semver');

/** Whether a version can break the code of users of an older one: before 1.0.0, a minor version can. */
function mayBreak(older, newer) {
  return ['major', major(older) === 0 ? 'minor' : 'major'].includes(diff(older, newer));
}

/** The text of a package.json with a version, which other packages of the repository that it names then have, too. */
function withVersion(text, version) {
  const manifest = JSON.parse(text);
  manifest.version = version;
  for (const name of Object.keys(manifest.optionalDependencies ?? {})) {
    if (name.startsWith('cdk-versioned-artifacts')) manifest.optionalDependencies[name] = version;
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

module.exports = { mayBreak, withVersion };
