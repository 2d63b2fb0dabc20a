const { diff, major } = require('semver');

/** Whether a version can break the code of users of an older one: before 1.0.0, a minor version can. */
function mayBreak(older, newer) {
  return ['major', major(older) === 0 ? 'minor' : 'major'].includes(diff(older, newer));
}

module.exports = { mayBreak };
