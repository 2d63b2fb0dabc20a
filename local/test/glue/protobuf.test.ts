import { syntaxError } from '../../src/services/glue/formats';

const proto3 = (text: string) => `syntax = "proto3";\n${text}\n`;
const proto2 = (text: string) => `syntax = "proto2";\n${text}\n`;

test.each<[string, string]>([
  [
    'messages, maps, oneofs, nested types and reserved numbers',
    proto3(
      'message O { reserved 2, 9 to 11; oneof p { string c = 3; } map<string, L> l = 5; message L { optional int32 n = 1; } enum S { NEW = 0; OLD = 1; } S s = 6; }',
    ),
  ],
  [
    'proto2 with required fields and defaults',
    proto2('message O { required string id = 1; optional int32 n = 2 [default = 5]; }'),
  ],
  ['no syntax line, which is proto2', 'message A { optional int32 a = 1; }'],
  ['an enum without zero in proto2', proto2('enum S { NEW = 1; }')],
  [
    'options and services',
    proto3(
      'option java_package = "com.acme";\nmessage A { int32 a = 1 [deprecated = true]; }\nservice S { rpc Do(A) returns (stream A); }',
    ),
  ],
  [
    'a custom option',
    proto3(
      'import "google/protobuf/descriptor.proto";\nextend google.protobuf.FieldOptions { string meta = 50000; }\nmessage A { int32 a = 1 [(meta) = "x"]; }',
    ),
  ],
  [
    'a well-known type',
    proto3('import "google/protobuf/struct.proto";\nmessage A { google.protobuf.ListValue l = 1; }'),
  ],
  ['comments before the syntax', `// one\n/* two */ ${proto3('enum S { NEW = 0; }')}`],
  ['the highest number', proto3('message A { int32 a = 536870911; }')],
])('%s is valid', (_, definition) => {
  expect(syntaxError('PROTOBUF', definition)).toBeUndefined();
});

test.each<[string, string, RegExp]>([
  [
    'an import of a file of one’s own',
    proto3('import "amount.proto";\nmessage O { Amount a = 1; }'),
    /unable to find amount\.proto/,
  ],
  [
    'a well-known type that is not imported',
    proto3('message A { google.protobuf.Timestamp at = 1; }'),
    /google\.protobuf\.Timestamp/,
  ],
  ['a type that is nowhere', proto3('message O { Nowhere x = 1; }'), /Nowhere/],
  [
    'a method of a type that is nowhere',
    proto3('message A { int32 a = 1; }\nservice S { rpc Do(B) returns (A); }'),
    /B/,
  ],
  ['a group', proto2('message O { repeated group Line = 1 { required int32 n = 2; } }'), /groups are not supported/],
  ['extensions', proto2('message O { extensions 100 to 199; }'), /extensions are not supported/],
  [
    'extend',
    proto2('message O { optional int32 a = 1; }\nextend O { optional int32 more = 126; }'),
    /extensions are not supported/,
  ],
  [
    'extend inside a message',
    proto2('message O { optional int32 a = 1; extend O { optional int32 more = 126; } }'),
    /extensions are not supported/,
  ],
  ['the number 0', proto3('message O { int32 a = 0; }'), /number 0/],
  ['a number of the compiler’s own', proto3('message O { message I { int32 a = 19500; } }'), /number 19500/],
  ['a number beyond the highest', proto3('message O { int32 a = 536870912; }'), /number 536870912/],
  ['a reserved number', proto3('message O { reserved 1; int32 a = 1; }'), /reserved/],
  ['a number twice', proto3('message O { int32 a = 1; int32 b = 1; }'), /duplicate/],
  ['a proto3 enum without zero', proto3('message O { enum S { NEW = 1; } S s = 1; }'), /first value must be 0/],
  ['a missing semicolon', 'syntax = "proto3"\nmessage A { int32 a = 1; }', /';' expected/],
  ['an edition', 'edition = "2023";\nmessage A { int32 a = 1; }', /editions are not supported/],
  ['nothing but comments', proto3('// nothing yet'), /declares nothing/],
])('%s is refused', (_, definition, message) => {
  expect(syntaxError('PROTOBUF', definition)).toMatch(message);
});
