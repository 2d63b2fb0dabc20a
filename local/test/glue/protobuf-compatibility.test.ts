import fc from 'fast-check';
import { type NewDefinition, isCompatible } from '../../src/services/glue/compatibility';

const MODES = ['BACKWARD', 'FORWARD', 'FULL'] as const;
const ALL: readonly Mode[] = MODES;
type Mode = (typeof MODES)[number];

function may(definition: string, compatibility: NewDefinition['compatibility'], existing: string): boolean {
  const available = [{ versionNumber: 1, definition: existing }];
  return isCompatible({ dataFormat: 'PROTOBUF', compatibility, definition, available }, () => false);
}

const proto3 = (text: string) => `syntax = "proto3";\n${text}\n`;
const proto2 = (text: string) => `syntax = "proto2";\n${text}\n`;
const order = (fields: string) => proto3(`message Order { ${fields} }`);
const person = (fields: string) => proto2(`message Person { required string name = 1; ${fields} }`);
const service = (methods: string) => proto3(`message A { } message B { }\nservice S { ${methods} }`);
const [foo, bar] = ['rpc Foo(A) returns (A);', 'rpc Bar(A) returns (B);'];

describe.each<[change: string, before: string, after: string, modes: readonly Mode[]]>([
  ['nothing', order('int32 a = 1;'), order('int32 a = 1;'), ALL],
  ['a comment', order('int32 a = 1;'), `// next\n${order('int32 a = 1;')}`, ALL],
  // the developer guide's own examples.
  ['a required field less', person('required string email = 2;'), person(''), ['BACKWARD']],
  ['a required field more', person(''), person('required string zip = 2;'), ['FORWARD']],
  ['an optional field more', person(''), person('optional string zip = 2;'), ALL],
  ['an optional field less', person('optional string email = 2;'), person(''), ALL],
  ['a method more', service(foo), service(foo + bar), ['BACKWARD']],
  ['a method less', service(foo + bar), service(foo), ['FORWARD']],
  ['a method of another type', service(foo), service('rpc Foo(A) returns (B);'), []],
  ['a method that streams', service(foo), service('rpc Foo(A) returns (stream A);'), []],
  // fields, by the documentation of Protocol Buffers.
  ['required for optional', person('optional int32 n = 2;'), person('required int32 n = 2;'), ['FORWARD']],
  ['another name of a field', order('int32 a = 1;'), order('int32 b = 1;'), ALL],
  ['another number of an optional field', order('int32 a = 1;'), order('int32 a = 2;'), ALL],
  ['a number that comes back with another type', order('int32 a = 1;'), order('string b = 1;'), []],
  ['text for a number', order('int32 a = 1;'), order('string a = 1;'), []],
  ['a wider number', order('int32 a = 1;'), order('int64 a = 1;'), ALL],
  ['zigzag', order('int32 a = 1;'), order('sint32 a = 1;'), []],
  ['a fixed number', order('int32 a = 1;'), order('fixed32 a = 1;'), []],
  ['double for float', order('float a = 1;'), order('double a = 1;'), []],
  ['bytes for text', order('string a = 1;'), order('bytes a = 1;'), ALL],
  ['an enum for a number', order('int32 a = 1;'), order('enum E { NEW = 0; } E a = 1;'), ALL],
  ['a value of an enum more', order('enum E { A = 0; } E e = 1;'), order('enum E { A = 0; B = 1; } E e = 1;'), ALL],
  ['many texts for one', order('string a = 1;'), order('repeated string a = 1;'), ALL],
  ['many numbers for one', order('int32 a = 1;'), order('repeated int32 a = 1;'), []],
  [
    'bytes for a message',
    order('message I { int32 n = 1; } I i = 1;'),
    order('bytes i = 1; message I { int32 n = 1; }'),
    ALL,
  ],
  [
    'text for a message',
    order('message I { int32 n = 1; } I i = 1;'),
    order('string i = 1; message I { int32 n = 1; }'),
    [],
  ],
  ['another type of a map’s values', order('map<string, int32> m = 1;'), order('map<string, string> m = 1;'), []],
  ['another type of a map’s keys', order('map<string, int32> m = 1;'), order('map<int32, int32> m = 1;'), []],
  ['a map for texts', order('repeated string m = 1;'), order('map<string, string> m = 1;'), []],
  [
    'a field deep down',
    order('message I { int32 n = 1; } I i = 1;'),
    order('message I { string n = 1; } I i = 1;'),
    [],
  ],
  [
    'a field of a message that holds itself',
    proto3('message Node { Node next = 1; int32 a = 2; }'),
    proto3('message Node { Node next = 1; string a = 2; }'),
    [],
  ],
  // messages.
  ['a message more', order('int32 a = 1;'), `${order('int32 a = 1;')}message Line { int32 n = 1; }`, ['BACKWARD']],
  // reported in public: refused under FORWARD, accepted under BACKWARD.
  ['a field with its message more', order(''), order('message Line { int32 n = 1; } Line l = 1;'), ['BACKWARD']],
  ['a field with its message beside', order(''), `${order('optional Line l = 1;')}message Line { }`, ['BACKWARD']],
  ['a field with its message less', order('message Line { int32 n = 1; } Line l = 1;'), order(''), ['FORWARD']],
  ['a field of a known message more', order('message L { }'), order('message L { } L l = 1; repeated L m = 2;'), ALL],
  ['a message that becomes an enum', order('message E { }'), order('enum E { A = 0; }'), ['FORWARD']],
  ['another name of the message', order('int32 a = 1;'), proto3('message Purchase { int32 a = 1; }'), []],
  ['another package', order('int32 a = 1;'), proto3('package shop; message Order { int32 a = 1; }'), []],
  [
    'another import of what is well known',
    proto3('import "google/protobuf/struct.proto"; message O { google.protobuf.Struct s = 1; }'),
    proto3('import "google/protobuf/timestamp.proto"; message O { google.protobuf.Timestamp t = 2; }'),
    ALL,
  ],
  // oneofs.
  ['one field that becomes a oneof', order('int32 a = 1;'), order('oneof x { int32 a = 1; }'), ALL],
  [
    'two fields that become one oneof',
    order('int32 a = 1; int32 b = 2;'),
    order('oneof x { int32 a = 1; int32 b = 2; }'),
    ['FORWARD'],
  ],
  [
    'a field that moves into a oneof',
    order('oneof x { int32 a = 1; } int32 b = 2;'),
    order('oneof x { int32 a = 1; int32 b = 2; }'),
    ['FORWARD'],
  ],
  ['a field of a oneof more', order('oneof x { int32 a = 1; }'), order('oneof x { int32 a = 1; int32 b = 2; }'), ALL],
])('%s', (_, before, after, modes) => {
  test.each(MODES)('under %s', mode => {
    expect(may(after, mode, before)).toBe(modes.includes(mode));
    expect(may(after, `${mode}_ALL`, before)).toBe(modes.includes(mode));
  });

  test('is all the same to NONE, and never to DISABLED', () => {
    expect(may(after, 'NONE', before)).toBe(true);
    expect(may(after, 'DISABLED', before)).toBe(false);
  });
});

const labels = fc.constantFrom('required', 'optional', 'repeated');
const types = fc.constantFrom('int32', 'sint64', 'string', 'bytes', 'double', 'Order');
const definitions = fc
  .uniqueArray(fc.record({ number: fc.integer({ min: 1, max: 4 }), label: labels, type: types }), {
    selector: ({ number }) => number,
  })
  .map(fields => fields.map(({ number, label, type }) => `${label} ${type} f${number} = ${number};`))
  .map(fields => proto2(`message Order { ${fields.join(' ')} }`));

test('FULL is BACKWARD and FORWARD together, and FORWARD is BACKWARD the other way round', () => {
  fc.assert(
    fc.property(definitions, definitions, (before, after) => {
      expect(may(after, 'FULL', before)).toBe(may(after, 'BACKWARD', before) && may(after, 'FORWARD', before));
      expect(may(after, 'FORWARD', before)).toBe(may(before, 'BACKWARD', after));
      expect(may(after, 'BACKWARD', after)).toBe(true);
    }),
  );
});
