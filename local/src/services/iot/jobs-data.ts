/** What devices ask of jobs over HTTP: a service of its own, with an endpoint of its own. */
// documented: API model; API reference, StartNextPendingJobExecution
import { checked } from '../../core/checked';
import { type Service } from '../../core/service';
import { JOBS_DATA } from './constraints';
import type { Devices } from './devices';
import { invalidRequest } from './errors';
import { thingArn } from './fleet';
import type { JobExecution } from './job-store';

export class IotJobsData implements Service {
  readonly signingName = 'iot-jobs-data';
  readonly protocol = 'rest-json';

  constructor(private readonly devices: Devices) {}

  readonly operations = {
    StartNextPendingJobExecution: {
      http: 'PUT /things/{thingName}/jobs/$next',
      ...checked(invalidRequest, {
        members: JOBS_DATA.StartNextPendingJobExecution,
        needs: ({ thingName }, world) => [
          { action: 'iotjobsdata:StartNextPendingJobExecution', resource: thingArn(world, thingName) },
        ],
        run: ({ thingName, statusDetails }) => {
          const started = this.devices.startNext(thingName, statusDetails);
          return started ? { execution: described(started) } : {};
        },
      }),
    },
  };
}

// its times are whole numbers.
const seconds = (time: number | undefined) => time && Math.floor(time / 1000);

function described({ job, thing, number, status, ...execution }: JobExecution) {
  return {
    jobId: job.id,
    thingName: thing.name,
    status,
    statusDetails: execution.statusDetails,
    queuedAt: seconds(execution.queuedAt),
    startedAt: seconds(execution.startedAt),
    lastUpdatedAt: seconds(execution.updatedAt),
    versionNumber: execution.versionNumber,
    executionNumber: number,
    jobDocument: job.resolved.document,
  };
}
