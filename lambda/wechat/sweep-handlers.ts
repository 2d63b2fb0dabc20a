import { sweepService } from '../sweep/service';
import { weChatClients } from './clients';
import { weChatSweeps } from './sweeps';

export const service = sweepService((config, ended) => weChatSweeps(weChatClients(config, ended)));
