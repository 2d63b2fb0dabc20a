// documented: Smithy, "AWS restJson1 protocol"
import { ServiceError } from '../core/service';
import { type WireProtocol, parseObject, stringify, successStatus } from './protocol';
import { match, outerMembers } from './rest';

/** REST-JSON: members in path, query string, headers and a JSON body, flattened into one object. */
export const restJson: WireProtocol = {
  async read(request, service) {
    const { operation: name, binding, path } = await match(request, service);
    const operation = service.operations[name];
    const body = operation.payload ? { [operation.payload]: request.body } : parseObject(request.body);
    return { operation: name, input: { ...body, ...outerMembers(request, binding), ...path } };
  },

  write(result, name, service) {
    const operation = service.operations[name];
    if (operation.answer) return operation.answer(result);
    const status = successStatus(operation);
    if (status === 204) return { status };
    return { status, headers: { 'content-type': 'application/json' }, body: stringify(result) };
  },

  writeError: error => ({
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: stringify({ message: error.message, ...error.members }),
  }),

  accessDenied: message => new ServiceError('AccessDeniedException', message, 403),
};
