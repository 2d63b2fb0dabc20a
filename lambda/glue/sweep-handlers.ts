import { sweepService } from '../sweep/service';
import { GlueClient } from './clients';
import { glueSweeps } from './sweeps';

export const service = sweepService(config => glueSweeps(new GlueClient(config)));
