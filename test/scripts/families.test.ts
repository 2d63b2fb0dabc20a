import { byFamily } from '../../scripts/families';

test('a table by family has every family and no other', () => {
  expect(byFamily({ wechat: 3, glue: 2, iot: 1 })).toEqual([
    ['iot', 1],
    ['glue', 2],
    ['wechat', 3],
  ]);
  expect(() => byFamily({ iot: 1, glue: 2 })).toThrow('must have iot, glue, wechat, got iot, glue');
  expect(() => byFamily({ iot: 1, glue: 2, wechat: 3, s3: 4 })).toThrow('got iot, glue, wechat, s3');
});
