import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { diffTags, restoreTags, toTags } from '../../../lambda/iot/tags';

test('tags of a template are a map, and none are an empty one', () => {
  expect(toTags([{ Key: 'team', Value: 'a' }])).toEqual({ team: 'a' });
  expect(toTags(undefined)).toEqual({});
});

test.each<[string, [wanted: object, held: object, previous: object], { set?: object; remove?: string[] }]>([
  ['sets what is missing or differs', [{ a: '1', b: '2' }, { a: '0' }, {}], { set: { a: '1', b: '2' } }],
  ['leaves alone what is as wanted', [{ a: '1' }, { a: '1' }, { a: '0' }], {}],
  ['removes what only the former template set', [{}, { a: '1', b: '1' }, { a: '1' }], { remove: ['a'] }],
  ['leaves alone what others have set', [{}, { b: '1' }, {}], {}],
  ['does not remove what is gone already', [{}, {}, { a: '1' }], {}],
  ['never removes the library’s own', [{}, { [ARTIFACT_TAGS.owner]: 'x' }, { [ARTIFACT_TAGS.owner]: 'x' }], {}],
])('a change %s', (_what, [wanted, held, previous], { set = {}, remove = [] }) => {
  expect(diffTags({ ...wanted }, { ...held }, { ...previous })).toEqual({ set, remove });
});

test.each<[string, [wanted: object, held: object, event: object], { set?: object; remove?: string[] }]>([
  ['sets again what an event has changed', [{ a: '1' }, { a: '2' }, { a: '2' }], { set: { a: '1' } }],
  ['sets again what an event has removed', [{ a: '1' }, {}, {}], { set: { a: '1' } }],
  ['removes what an event has added', [{}, { a: '2' }, { a: '2' }], { remove: ['a'] }],
  ['leaves alone what somebody has changed since', [{ a: '1' }, { a: '3' }, { a: '2' }], {}],
  ['leaves alone what somebody has removed since', [{ a: '1' }, {}, { a: '2' }], {}],
  ['leaves alone what somebody has changed that an event has added', [{}, { a: '3' }, { a: '2' }], {}],
])('a restoration %s', (_what, [wanted, held, event], { set = {}, remove = [] }) => {
  expect(restoreTags({ ...wanted }, { ...held }, { ...event })).toEqual({ set, remove });
});
