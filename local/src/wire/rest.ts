// documented: Smithy, "HTTP bindings"
import { type Service } from '../core/service';
import { type Binding, bindingOf } from './bindings';
import { type HttpRequest, unknownOperation } from './protocol';

interface Route {
  readonly operation: string;
  readonly binding: Binding;
  readonly method: string;
  readonly pattern: RegExp;
  /** The members of the path, in the order of the pattern. */
  readonly members: readonly string[];
  /** The required query parameters, with a value if the template has one. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

export interface Match {
  readonly operation: string;
  readonly binding: Binding;
  /** The decoded members of the path. */
  readonly path: Record<string, string>;
}

const routesOf = new WeakMap<Service, Promise<readonly Route[]>>();

/** Finds the operation of a REST service by method, path and query string. The most specific template wins. */
export async function match(request: HttpRequest, service: Service): Promise<Match> {
  let routes = routesOf.get(service);
  if (!routes) routesOf.set(service, (routes = compileAll(service)));
  for (const route of await routes) {
    const found = route.method === request.method && hasQuery(route, request.query) && route.pattern.exec(request.path);
    if (found) {
      const path = Object.fromEntries(route.members.map((name, i) => [name, decodeURIComponent(found[i + 1])]));
      return { operation: route.operation, binding: route.binding, path };
    }
  }
  throw unknownOperation(`${service.signingName} and ${request.method} ${request.path}`);
}

async function compileAll(service: Service): Promise<readonly Route[]> {
  const client = (await service.client?.()) ?? {};
  return Object.entries(service.operations)
    .map(([name, operation]) =>
      compile(name, operation.http ? operation : { ...bindingOf(client, name), ...operation }),
    )
    .sort(bySpecificity);
}

function compile(operation: string, binding: Binding): Route {
  const { http } = binding;
  const found = /^([A-Z]+) (\/[^?]*)(?:\?(.*))?$/.exec(http ?? '');
  if (!found) throw new Error(`operation ${operation} needs http as 'METHOD /path', got ${JSON.stringify(http)}`);
  const [, method, template, query = ''] = found;
  const members: string[] = [];
  const source = template.split('/').map(segment => {
    const member = /^\{(.+?)(\+)?\}$/.exec(segment);
    if (!member) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    members.push(member[1]);
    return member[2] ? '(.+)' : '([^/]+)';
  });
  return {
    operation,
    binding,
    method,
    pattern: new RegExp(`^${source.join('/')}/?$`),
    members,
    query: [...new URLSearchParams(query)],
  };
}

const bySpecificity = (a: Route, b: Route): number =>
  b.query.length - a.query.length || a.members.length - b.members.length;

const hasQuery = (route: Route, query: URLSearchParams): boolean =>
  route.query.every(([name, value]) => query.has(name) && (value === '' || query.get(name) === value));

/** The members of the query string and the headers, without the signature. */
export function outerMembers(request: HttpRequest, binding: Binding): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name of new Set(request.query.keys())) {
    if (/^x-(amz|id)/i.test(name)) continue;
    const values = request.query.getAll(name);
    members[binding.query?.[name] ?? name] = values.length > 1 ? values : values[0];
  }
  for (const [header, member] of Object.entries(binding.headers ?? {})) {
    if (request.headers[header] !== undefined) members[member] = request.headers[header];
  }
  return members;
}
