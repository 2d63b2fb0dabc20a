import { sweepService } from '../sweep/service';
import { IoTClient } from './clients';
import { iotSweeps } from './sweeps';

export const service = sweepService(config => iotSweeps(new IoTClient(config)));
