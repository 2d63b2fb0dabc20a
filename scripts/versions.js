const { diff, major } = require('semver');

/** Whether a version may break the code of who uses an older one: before 1.0.0 a minor version may. */
function mayBreak(older, newer) {
  return ['major', major(older) === 0 ? 'minor' : 'major'].includes(diff(older, newer));
}

module.exports = { mayBreak };
