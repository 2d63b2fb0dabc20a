// documented: Smithy, "AWS Query protocol"
import { randomUUID } from 'crypto';
import { ServiceError } from '../core/service';
import { type WireProtocol, successStatus, unknownOperation } from './protocol';
import { element } from './xml';

const headers = { 'content-type': 'text/xml' };

/** AWS query: form-encoded in, XML out. */
export const query: WireProtocol = {
  read(request, service) {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const operation = form.get('Action') ?? request.query.get('Action') ?? '';
    if (!service.operations[operation]) throw unknownOperation(`${service.signingName} and the action ${operation}`);
    form.delete('Action');
    form.delete('Version');
    return { operation, input: unflatten(form) };
  },

  write(result, operation, service) {
    const answer = { [`${operation}Result`]: result ?? {}, ResponseMetadata: { RequestId: randomUUID() } };
    const xml = element(`${operation}Response`, answer);
    const namespaced = xml.replace('>', ` xmlns="${service.xmlNamespace}">`);
    return { status: successStatus(service.operations[operation]), headers, body: namespaced };
  },

  writeError(error, service) {
    const type = error.status < 500 ? 'Sender' : 'Receiver';
    const detail = { Type: type, Code: error.code, Message: error.message, ...error.members };
    const xml = element('ErrorResponse', { Error: detail, RequestId: randomUUID() });
    return { status: error.status, headers, body: xml.replace('>', ` xmlns="${service.xmlNamespace}">`) };
  },

  accessDenied: message => new ServiceError('AccessDenied', message, 403),
};

type Tree = { [name: string]: Tree | string };

/** `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`, and `Map.entry.1.key=k` a plain object. */
export function unflatten(form: URLSearchParams): object {
  const root: Tree = {};
  for (const [path, value] of form) {
    const names = path.split('.');
    const last = names.pop()!;
    let node = root;
    for (const name of names) node = (node[name] ??= {}) as Tree;
    node[last] = value;
  }
  return shape(root) as object;
}

function shape(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  if (isOnly(node, 'member')) return numbered(node.member).map(shape);
  if (isOnly(node, 'entry')) {
    const entries = numbered(node.entry) as Tree[];
    return Object.fromEntries(entries.map(entry => [entry.key, shape(entry.value)]));
  }
  return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, shape(member)]));
}

const isOnly = (node: Tree, name: string): boolean =>
  Object.keys(node).length === 1 &&
  typeof node[name] === 'object' &&
  Object.keys(node[name]).every(k => /^\d+$/.test(k));

const numbered = (node: Tree | string): (Tree | string)[] =>
  Object.entries(node as Tree)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
