import { type Service } from '../../../../../lambda/runtime/handle-event';

export const service: Service = (() => {
  throw new Error('Cannot find module "left-out"');
})();
