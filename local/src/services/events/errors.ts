// documented: API model, the declared errors
import { ServiceError } from '../../core/service';

export const invalid = (message: string) => new ServiceError('ValidationException', message);
// captured: public report, for the words
export const invalidPattern = (reason: string) =>
  new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
// captured: public report, for the words
export const noRule = (name: string) =>
  new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
// captured: public report, for the words
export const noBus = (name: string) =>
  new ServiceError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
export const limitExceeded = (message: string) => new ServiceError('LimitExceededException', message);
