// documented: Smithy, "AWS JSON 1.1 protocol"
import { ServiceError } from '../core/service';
import { type WireProtocol, parseObject, stringify, successStatus, unknownOperation } from './protocol';

const headers = { 'content-type': 'application/x-amz-json-1.1' };

/** AWS JSON: the operation is in the X-Amz-Target header, and everything else in the body. */
export const json: WireProtocol = {
  read(request, service) {
    const target = request.headers['x-amz-target'] ?? '';
    const [prefix, operation] = target.split('.');
    if (prefix !== service.targetPrefix || !operation || !service.operations[operation]) {
      throw unknownOperation(`${service.signingName} and the target ${JSON.stringify(target)}`);
    }
    return { operation, input: parseObject(request.body) };
  },

  write: (result, operation, service) => ({
    status: successStatus(service.operations[operation]),
    headers,
    body: stringify(result),
  }),

  writeError: error => ({
    status: error.status,
    headers,
    body: stringify({ __type: error.code, message: error.message, Message: error.message, ...error.members }),
  }),

  accessDenied: message => new ServiceError('AccessDeniedException', message, 400),
};
