/**
 * The rules of the language that the compiler of Protocol Buffers checks. Each verdict here is the one of protoc 3.21 on
 * the same text.
 */
import { syntaxError } from '../../src/services/glue/formats';

const proto3 = (text: string) => `syntax = "proto3";\n${text}\n`;
const proto2 = (text: string) => `syntax = "proto2";\n${text}\n`;
const message = (text: string) => proto3(`message A { ${text} }`);
const importing = (...files: readonly string[]) =>
  files.map(file => `import "google/protobuf/${file}.proto";`).join('');
const nested = (depth: number): string => (depth === 0 ? '' : `message M${depth} { ${nested(depth - 1)} }`);
const withOption = (kind: string, type: string, use: string) =>
  proto3(`${importing('descriptor')} extend google.protobuf.${kind} { ${type} meta = 50000; } message B { } ${use}`);

test.each<[what: string, definition: string, valid: string, problem: RegExp]>([
  // syntax.
  [
    'another syntax',
    'syntax = "proto4"; message A { }',
    `syntax = 'proto3'; message A { }`,
    /proto2 or proto3: proto4/,
  ],
  ['a syntax twice', proto3(proto3('message A { }')), 'syntax = "pro" "to3"; message A { }', /first statement/],
  ['a syntax after others', 'package a; syntax = "proto3"; message A { }', proto3('package a; message A { }'), /first/],
  ['the visibility of editions', proto3('export message A { }'), message('int32 export = 1;'), /export/],
  ['an import of options', proto3('import option "a.proto"; message A { }'), proto3('message A { }'), /import option/],
  [
    'an import twice',
    proto3(importing('any', 'any') + 'enum E { Z = 0; }'),
    proto3(importing('any') + 'enum E { Z = 0; }'),
    /twice/,
  ],
  ['numbers and names in one statement', message('reserved 1, "a";'), message('reserved 1; reserved "a";'), /not both/],
  ['an option without a name', proto3('enum E { option = 1; Z = 0; }'), proto3('enum E { Z = 0; }'), /one name/],
  [
    'an option without its end',
    proto3('option go_package = "a" enum E { Z = 0; }'),
    proto3('option go_package = "a" "b"; enum E { Z = 0; }'),
    /one value/,
  ],
  [
    'a name of infinity',
    proto2('message A { optional float a = 1 [default = -Inf]; }'),
    proto2('message A { optional float a = 1 [default = -inf]; }'),
    /-Inf/,
  ],
  // names.
  [
    'a package that is too long',
    proto3(`package ${'a'.repeat(512)}; enum E { Z = 0; }`),
    proto3(`package ${'a'.repeat(511)}; enum E { Z = 0; }`),
    /too long/,
  ],
  ['messages that are too deep', proto3(nested(32)), proto3(nested(31)), /in each other/],
  [
    'values of two enums with one name',
    proto3('enum E { A = 0; } enum F { A = 0; }'),
    proto3('enum E { A = 0; } message M { enum F { A = 0; } }'),
    /"A" is defined twice/,
  ],
  [
    'a value with the name of a message',
    proto3('enum E { A = 0; } message A { }'),
    proto3('enum E { A = 0; } message B { }'),
    /"A" is defined twice/,
  ],
  [
    'a message with the name of a map’s entry',
    message('message FooBarEntry { } map<string, int32> foo_bar = 1;'),
    message('message FooEntry { } map<string, int32> foo_bar = 1;'),
    /"FooBarEntry" is defined twice/,
  ],
  [
    'a type that is a package',
    proto3('package a.b; message A { a.b x = 1; }'),
    proto3('package a.b; message A { a.b.A x = 1; }'),
    /a\.b/,
  ],
  [
    'a type whose first part is something else inside',
    proto3('message M { message N { } message M { M.N n = 1; } }'),
    proto3('message M { message N { } message M { .M.N n = 1; } }'),
    /M\.N is not a type/,
  ],
  [
    'a type in a keyword',
    proto3('message group { message B { } } message A { group.B b = 1; }'),
    proto3('message group { message B { } } message A { .group.B b = 1; }'),
    /keyword/,
  ],
  [
    'a method of a type that the method hides',
    proto3('message A { } service S { rpc A(A) returns (A); }'),
    proto3('message A { } service S { rpc A(.A) returns (.A); }'),
    /A is not a message/,
  ],
  [
    'a method of an enum',
    proto3('enum E { Z = 0; } message A { } service S { rpc D(E) returns (A); }'),
    proto3('message A { } service S { rpc D(stream A) returns (A); }'),
    /E/,
  ],
  // messages.
  ['reserved ranges that overlap', message('reserved 1 to 3, 3;'), message('reserved 1 to 3, 4 to max;'), /overlaps/],
  ['a name reserved twice', message('reserved "a"; reserved "a";'), message('reserved "a", "b";'), /reserved twice/],
  ['a reserved 0', message('reserved 0 to 10;'), message('reserved 1 to 10;'), /the number 0/],
  [
    'one name in JSON',
    message('int32 foo_bar = 1; int32 fooBar = 2;'),
    proto2('message A { optional int32 foo_bar = 1; optional int32 fooBar = 2; }'),
    /in JSON/,
  ],
  ['an empty oneof', message('oneof x { }'), message('oneof x { int32 a = 1; }'), /must have a field/],
  // enums.
  ['an empty enum', proto3('enum E { }'), proto3('enum E { Z = 0; }'), /must have a value/],
  [
    'an enum whose first value is not 0',
    proto3('enum E { A = 1; B = 0; }'),
    proto2('enum E { A = 1; B = 0; }'),
    /must be 0/,
  ],
  [
    'a value beyond 32 bits',
    proto3('enum E { A = 0; B = 2147483648; }'),
    proto3('enum E { A = 0; B = -2147483648; C = 0x7fffffff; }'),
    /2147483648/,
  ],
  [
    'a reserved value beyond 32 bits',
    proto3('enum E { A = 0; reserved 5 to 5000000000; }'),
    proto3('enum E { A = 0; reserved 5 to max; }'),
    /5000000000/,
  ],
  [
    'reserved values that overlap',
    proto3('enum E { A = 0; reserved 1 to 20, 20 to 40; }'),
    proto3('enum E { A = 0; reserved -20 to -1, 20 to 40; }'),
    /overlaps/,
  ],
  [
    'aliases that do not exist',
    proto3('enum E { option allow_alias = true; A = 0; B = 1; }'),
    proto3('enum E { option allow_alias = true; A = 0; B = 0; }'),
    /without aliases/,
  ],
  [
    'aliases that are not allowed',
    proto3('enum E { option allow_alias = false; A = 0; B = 1; }'),
    proto3('enum E { A = 0; B = 1; }'),
    /no effect/,
  ],
  [
    'values that differ in case',
    proto3('enum Foo { true = 0; TRUE = 1; }'),
    proto2('enum Foo { true = 0; TRUE = 1; }'),
    /but for its case/,
  ],
  [
    'values that differ in prefix',
    proto3('enum Foo { BAR_BAZ = 0; Foo_Bar_Baz = 1; }'),
    proto3('enum Foo { FOO_ = 0; BAR_BAZ = 1; BARBAZ = 2; }'),
    /but for its case/,
  ],
  // fields.
  [
    'a default value in proto3',
    message('int32 a = 1 [default = 3];'),
    proto2('message A { optional int32 a = 1 [default = 3]; }'),
    /no default values/,
  ],
  [
    'a default value of a message',
    proto2('message A { optional A a = 1 [default = 1]; }'),
    proto2('message A { optional A a = 1; }'),
    /no default value/,
  ],
  [
    'a default value of many',
    proto2('message A { repeated int32 a = 1 [default = 1]; }'),
    proto2('message A { repeated int32 a = 1; }'),
    /no default value/,
  ],
  [
    'a number for text',
    proto2('message A { optional string a = 1 [default = 1.5]; }'),
    proto2('message A { optional string a = 1 [default = "1.5"]; }'),
    /no string/,
  ],
  [
    'a number for a flag',
    proto2('message A { optional bool a = 1 [default = 1]; }'),
    proto2('message A { optional bool a = 1 [default = true]; }'),
    /no bool/,
  ],
  [
    'a number beyond its bits',
    proto2('message A { optional int32 a = 1 [default = 3000000000]; }'),
    proto2(
      'message A { optional uint32 a = 1 [default = 3000000000]; optional sint64 b = 2 [default = -3000000000]; }',
    ),
    /no int32/,
  ],
  [
    'a default value that the enum does not have',
    proto2('enum E { A = 0; } message M { optional E e = 1 [default = B]; }'),
    proto2('enum E { A = 0; } message M { optional E e = 1 [default = A]; }'),
    /no E/,
  ],
  [
    'the number of an enum’s default value',
    proto2('enum E { A = 0; } message M { optional E e = 1 [default = 0]; }'),
    proto2('enum E { A = 0; } message M { optional E e = 1 [default = A]; }'),
    /no E/,
  ],
  [
    'a default value twice',
    proto2('message A { optional int32 a = 1 [default = 1, default = 2]; }'),
    proto2('message A { optional int32 a = 1 [default = 1]; }'),
    /set before/,
  ],
  [
    'packed text',
    message('repeated string a = 1 [packed = true];'),
    message('repeated string a = 1 [packed = false];'),
    /packed/,
  ],
  [
    'one packed number',
    message('int32 a = 1 [packed = true];'),
    message('enum E { Z = 0; } repeated E a = 1 [packed = true];'),
    /packed/,
  ],
  [
    'a lazy number',
    message('int32 a = 1 [lazy = true];'),
    message('A a = 1 [lazy = true]; map<string, A> b = 2 [lazy = true];'),
    /lazy/,
  ],
  [
    'numbers of 32 bits as text',
    message('uint32 a = 1 [jstype = JS_STRING];'),
    message('uint64 a = 1 [jstype = JS_STRING]; string b = 2 [jstype = JS_NORMAL];'),
    /jstype/,
  ],
  // options.
  [
    'an unknown option',
    message('int32 a = 1 [foo = 1];'),
    message('int32 a = 1 [json_name = "foo"];'),
    /option foo of a is unknown/,
  ],
  [
    'an unknown option of the file',
    proto3('option foo = "x"; message A { }'),
    proto3('option java_package = "x"; message A { }'),
    /of the file is unknown/,
  ],
  [
    'an option of another kind',
    message('option java_package = "x";'),
    message('option deprecated = true;'),
    /is unknown/,
  ],
  [
    'an unknown option of a value',
    proto3('enum E { Z = 0 [foo = 1]; }'),
    proto3('enum E { Z = 0 [deprecated = true]; }'),
    /is unknown/,
  ],
  [
    'an option twice',
    message('option deprecated = true; option deprecated = true;'),
    message('option deprecated = true;'),
    /set before/,
  ],
  ['text for a flag', message('option deprecated = "yes";'), message('option deprecated = false;'), /must be flag/],
  [
    'an unknown choice',
    proto3('option optimize_for = SIZE; message A { }'),
    proto3('option optimize_for = CODE_SIZE; message A { }'),
    /must be SPEED or/,
  ],
  [
    'an unknown custom option',
    message('option (meta) = "x";'),
    withOption('MessageOptions', 'string', 'message A { option (meta) = "x"; }'),
    /is unknown/,
  ],
  [
    'a custom option of another kind',
    withOption('FieldOptions', 'string', 'message A { option (meta) = "x"; }'),
    withOption('FieldOptions', 'string', 'message A { int32 a = 1 [(meta) = "x"]; }'),
    /is unknown/,
  ],
  [
    'a custom option twice',
    withOption('FileOptions', 'string', 'option (meta) = "x"; option (meta) = "y";'),
    withOption('FileOptions', 'repeated string', 'option (meta) = "x"; option (meta) = "y";'),
    /set before/,
  ],
  [
    'a custom option of another type',
    withOption('FileOptions', 'string', 'option (meta) = 1;'),
    withOption('FileOptions', 'double', 'option (meta) = 1;'),
    /no string/,
  ],
  [
    'a member of text',
    withOption('FileOptions', 'string', 'option (meta).a = "x";'),
    withOption('FileOptions', 'B', 'option (meta) = { };'),
    /no string/,
  ],
  [
    'an extension with a name in JSON',
    withOption('FileOptions', 'string', '').replace('50000', '50000 [json_name = "m"]'),
    withOption('FileOptions', 'string', '').replace('50000', '50000 [json_name = "meta"]'),
    /json_name/,
  ],
])('%s is refused', (_, definition, valid, problem) => {
  expect(syntaxError('PROTOBUF', definition)).toMatch(problem);
  expect(syntaxError('PROTOBUF', valid)).toBeUndefined();
});

test.each<[what: string, definition: string]>([
  ['comments within a declaration', proto3('message/*a*/A/*b*/{ int32 a/* "c */=/*d*/1; } // e')],
  ['what looks like a comment in text', proto3('option java_package = "a//b/*c"; message A { }')],
  [
    'a custom option in its package',
    proto3(
      `package a.b; ${importing('descriptor')} extend google.protobuf.FileOptions { string meta = 50000; } option (meta) = "x"; message A { }`,
    ),
  ],
  [
    'a custom option with the name of its message',
    proto3(
      `${importing('descriptor')} message A { extend google.protobuf.FieldOptions { string meta = 50000; } int32 a = 1 [(A.meta) = "x"]; }`,
    ),
  ],
  [
    'well-known types that refer to each other',
    proto3(
      `${importing('api', 'type', 'any', 'source_context')} message A { google.protobuf.Api a = 1; google.protobuf.Type b = 2; google.protobuf.Any c = 3; }`,
    ),
  ],
  [
    'names that are keywords elsewhere',
    proto3('message message { int32 int32 = 1; string optional = 2; message enum { } }'),
  ],
  ['values of an enum with options', proto3('enum E { Z = 0 [deprecated = true]; reserved "Y"; }')],
])('%s is accepted', (_, definition) => {
  expect(syntaxError('PROTOBUF', definition)).toBeUndefined();
});
