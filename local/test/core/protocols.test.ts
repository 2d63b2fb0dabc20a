import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { anyCharacter } from '../../../testing/characters';
import type { Service } from '../../src/core/service';
import { stringify } from '../../src/wire/protocol';
import { query, unflatten } from '../../src/wire/query';
import { match, outerMembers } from '../../src/wire/rest';
import { UNWRITABLE, escape, toXml } from '../../src/wire/xml';

const nothing = { needs: () => [], run: () => undefined };
const service = (operations: Record<string, string>): Service => ({
  signingName: 'x',
  protocol: 'rest-json',
  operations: Object.fromEntries(Object.entries(operations).map(([name, http]) => [name, { ...nothing, http }])),
});
const request = (line: string) => {
  const [method, url] = line.split(' ');
  const [path, search] = url.split('?');
  return { method, path, query: new URLSearchParams(search), headers: {}, body: Buffer.alloc(0) };
};

describe('a REST request', () => {
  const operations = service({
    List: 'GET /things',
    Get: 'GET /things/{name}',
    GetPolicy: 'GET /things/{name}?policy',
    ListV2: 'GET /things?type=2',
    Deep: 'GET /files/{path+}',
    Put: 'PUT /things/{name}',
  });

  test.each([
    ['GET /things', 'List', {}],
    ['GET /things/', 'List', {}],
    ['GET /things?other=1', 'List', {}],
    ['GET /things?type=2', 'ListV2', {}],
    ['GET /things?type=1', 'List', {}],
    ['GET /things/a', 'Get', { name: 'a' }],
    ['GET /things/a%2Fb%20c', 'Get', { name: 'a/b c' }],
    ['GET /things/a?policy', 'GetPolicy', { name: 'a' }],
    ['PUT /things/a', 'Put', { name: 'a' }],
    ['GET /files/a/b/c', 'Deep', { path: 'a/b/c' }],
  ])('%s is %s', async (line, operation, path) => {
    expect(await match(request(line), operations)).toMatchObject({ operation, path });
  });

  test.each(['DELETE /things', 'GET /things/a/b', 'GET /other'])('%s is no operation', async line => {
    await expect(match(request(line), operations)).rejects.toThrow('no operation');
  });

  test('is read by the schema of the SDK where an operation says nothing of HTTP', async () => {
    const bound: Service = {
      ...service({}),
      client: () => import('@aws-sdk/client-lambda'),
      operations: { Invoke: nothing, GetFunction: { ...nothing, http: 'GET /mine/{FunctionName}' } },
    };
    const invoke = await match(request('POST /2015-03-31/functions/f/invocations'), bound);
    expect(invoke).toMatchObject({ operation: 'Invoke', path: { FunctionName: 'f' } });
    const sent = {
      ...request('POST /2015-03-31/functions/f/invocations?Qualifier=1&x-id=Invoke'),
      headers: { 'x-amz-invocation-type': 'Event' },
    };
    expect(outerMembers(sent, invoke.binding)).toEqual({ Qualifier: '1', InvocationType: 'Event' });
    expect(await match(request('GET /mine/f'), bound)).toMatchObject({ operation: 'GetFunction' });
  });

  test('is of no use for an operation that neither its service nor the SDK binds', async () => {
    const unbound: Service = { ...service({}), operations: { Nothing: nothing } };
    await expect(match(request('GET /'), unbound)).rejects.toThrow("operation Nothing needs http as 'METHOD /path'");
  });
});

describe('a query request', () => {
  test('becomes nested objects, lists in the order of their numbers, and maps', () => {
    const form = new URLSearchParams(
      'A=1&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.10.Key=c&M.entry.1.key=k&M.entry.1.value=v&S.T=x',
    );
    expect(unflatten(form)).toEqual({
      A: '1',
      Tags: [{ Key: 'a' }, { Key: 'b' }, { Key: 'c' }],
      M: { k: 'v' },
      S: { T: 'x' },
    });
  });

  test('names its operation in the body', () => {
    const iam: Service = { signingName: 'iam', protocol: 'query', operations: { GetRole: nothing } };
    const body = Buffer.from('Action=GetRole&Version=2010-05-08&RoleName=r');
    expect(query.read({ ...request('POST /'), body }, iam)).toEqual({ operation: 'GetRole', input: { RoleName: 'r' } });
  });
});

describe('an XML answer', () => {
  test('holds lists as members and dates in ISO form, and leaves out what is undefined', () => {
    expect(toXml({ A: [{ B: 1 }, { B: true }], C: undefined, D: new Date(0) })).toBe(
      '<A><member><B>1</B></member><member><B>true</B></member></A><D>1970-01-01T00:00:00.000Z</D>',
    );
  });

  test('gives any text back to a parser, but for what XML cannot hold', () => {
    const parser = new XMLParser({
      parseTagValue: false,
      trimValues: false,
      processEntities: true,
      htmlEntities: true,
    });
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: anyCharacter }), text => {
        const expected = text.replace(UNWRITABLE, '');
        expect(parser.parse(`<t>${escape(text)}</t>`).t ?? '').toBe(expected);
      }),
    );
  });
});

test('a JSON answer holds dates as seconds since the epoch', () => {
  expect(stringify({ at: new Date(1500), list: [new Date(2000)] })).toBe('{"at":1.5,"list":[2]}');
});
