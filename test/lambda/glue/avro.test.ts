import { avroConflict } from '../../../lambda/glue/avro';

const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'Order', fields });
const field = (type: unknown, more: object = {}) => record({ name: 'a', type, ...more });
const named = (name: string, type: unknown = 'int', more: object = {}) => ({ name, type, ...more });

test.each<[string, string, string]>([
  ['the same', field('int'), field('int')],
  ['a field more than is read', record(named('a')), record(named('a'), named('b'))],
  ['a field that has a default', record(named('a'), named('b', 'int', { default: 0 })), record(named('a'))],
  ['a field that is null by default', record(named('b', ['null', 'int'], { default: null })), record()],
  ['a field that was renamed', record(named('b', 'int', { aliases: ['a'] })), record(named('a'))],
  ['a wider number', field('double'), field('int')],
  ['bytes as text', field('string'), field('bytes')],
  ['a whole number as any other', field('float'), field('long')],
  ['text as bytes', field('bytes'), field('string')],
  ['a type in other words', field({ type: { type: 'int' } }), field('int')],
  [
    'bytes of the same number',
    field({ type: 'fixed', name: 'F', size: 2 }),
    field({ type: 'fixed', name: 'F', size: 2 }),
  ],
  [
    'symbols that it does not know where one stands for them',
    field({ type: 'enum', name: 'E', symbols: ['X'], default: 'X' }),
    field({ type: 'enum', name: 'E', symbols: ['Y'] }),
  ],
  ['a type among others', field(['null', 'int']), field('int')],
  ['a logical type', field({ type: 'long', logicalType: 'timestamp-millis' }), field('int')],
  [
    'symbols that are known',
    field({ type: 'enum', name: 'E', symbols: ['X', 'Y'] }),
    field({ type: 'enum', name: 'E', symbols: ['X'] }),
  ],
  ['a record within itself', field(['null', 'Order']), field(['null', 'com.acme.Order'])],
  [
    'a type that it declares in a field that is not written',
    record(named('new', { type: 'enum', name: 'E', symbols: ['X'] }, { default: 'X' }), named('a', 'E')),
    record(named('a', { type: 'enum', name: 'E', symbols: ['X'] })),
  ],
  [
    'a type that is declared in a field that it does not read',
    record(named('a', { type: 'map', values: { type: 'fixed', name: 'F', size: 2 } })),
    record(named('old', ['null', { type: 'fixed', name: 'F', size: 2 }]), named('a', { type: 'map', values: 'F' })),
  ],
  ['what is no AVRO', 'syntax = "proto3";', field('int')],
])('AVRO reads %s', (_, reader, writer) => {
  expect(avroConflict(reader, writer)).toBeUndefined();
});

test.each<[string, string, string, string]>([
  ['a field without a default', record(named('b')), record(named('a')), 'field b is not written and has no default'],
  ['another type', field('int'), field('string'), 'field a is string, which int cannot read'],
  ['a narrower number', field('int'), field('long'), 'field a is long, which int cannot read'],
  ['what may be null', field('int'), field(['null', 'int']), 'field a is null, which int cannot read'],
  [
    'a type that none is among',
    field(['null', 'int']),
    field('string'),
    'field a can be string, which [null, int] cannot read',
  ],
  ['items', field({ type: 'array', items: 'int' }), field({ type: 'array', items: 'string' }), 'field a[] is string'],
  ['values', field({ type: 'map', values: 'int' }), field({ type: 'map', values: 'string' }), 'field a{} is string'],
  [
    'sizes',
    field({ type: 'fixed', name: 'F', size: 2 }),
    field({ type: 'fixed', name: 'F', size: 3 }),
    'field a has 3 bytes instead of 2',
  ],
  [
    'symbols',
    field({ type: 'enum', name: 'E', symbols: ['X'] }),
    field({ type: 'enum', name: 'E', symbols: ['X', 'Y'] }),
    'field a can be Y',
  ],
  [
    'what is within',
    field({ type: 'record', name: 'Inner', fields: [named('b')] }),
    field({ type: 'record', name: 'Inner', fields: [] }),
    'field a.b is not written and has no default',
  ],
  [
    'the second of its fields',
    record(named('a'), named('b')),
    record(named('a')),
    'field b is not written and has no default',
  ],
  [
    'what follows a record within itself',
    record(named('next', ['null', 'Order']), named('b')),
    record(named('next', ['null', 'Order'])),
    'field b is not written and has no default',
  ],
  [
    'a record that another one could read elsewhere',
    record(
      named('a', [
        { type: 'record', name: 'Inner', fields: [named('b')] },
        { type: 'record', name: 'Empty', fields: [] },
      ]),
      named('c', 'Inner'),
    ),
    record(named('a', { type: 'record', name: 'Inner', fields: [] }), named('c', 'Inner')),
    'field c.b is not written and has no default',
  ],
])('AVRO does not read %s', (_, reader, writer, reason) => {
  expect(avroConflict(reader, writer)).toContain(reason);
});
