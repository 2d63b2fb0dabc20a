import { parseName } from '../../src/why/name';

test.each([
  ['brake-ecu/2.0.0', 'package version'],
  ['vehicles/orders@7', 'schema version'],
  ['prod-1/api/api-012', 'service version'],
])('%s is a %s', (text, kind) => {
  expect(parseName(text).kind).toBe(kind);
});

test.each(['', 'brake-ecu', 'brake-ecu/', 'a b/1', 'vehicles/orders@x', 'a/b/c/d'])(
  '%p is no name, and no service is asked about it',
  text => {
    expect(() => parseName(text)).toThrow(
      `"${text}" is no name of a version: write PACKAGE/VERSION, REGISTRY/SCHEMA@NUMBER or ENVIRONMENT/SERVICE/VERSION`,
    );
  },
);
