import {
  ARTIFACT_TAGS,
  DEFAULT_POINTER_TAGS,
  MAX_USER_TAGS_ON_PACKAGE,
  MAX_USER_TAGS_ON_VERSION,
  TAG_PREFIX,
  VERSION_TAGS,
} from '../../contract/ownership';

test('the tags of an artifact and of a default differ, and are all reserved', () => {
  const keys = [...Object.values(VERSION_TAGS), ...Object.values(DEFAULT_POINTER_TAGS)];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter(key => !key.startsWith(TAG_PREFIX))).toEqual([]);
  expect(ARTIFACT_TAGS.owner).toBe('cdk-versioned-artifacts:owner');
  expect(DEFAULT_POINTER_TAGS.owner).toBe('cdk-versioned-artifacts:default-owner');
});

test('what the library leaves to the user of the 50 tags', () => {
  expect(MAX_USER_TAGS_ON_VERSION).toBe(42);
  expect(MAX_USER_TAGS_ON_PACKAGE).toBe(33);
});
