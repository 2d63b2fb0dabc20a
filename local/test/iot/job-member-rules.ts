import { type MemberRule, PRINTABLE, named, tags } from './member-rules';

export const JOB_RULES: readonly MemberRule[] = [
  {
    member: 'queryString',
    operations: ['SearchIndex'],
    good: ['*'],
    bad: [
      [null, 'not be null'],
      ['', 'have length greater than or equal to 1'],
    ],
  },
  {
    member: 'indexName',
    operations: ['SearchIndex'],
    good: ['AWS_Things'],
    bad: [
      ['x'.repeat(129), 'have length less than or equal to 128'],
      ['a b', 'satisfy regular expression pattern: [a-zA-Z0-9:_-]+'],
    ],
  },
  {
    member: 'jobId',
    operations: named(/Job(?!s$|ExecutionsForThing)/),
    good: ['a', 'A-z_9', 'x'.repeat(64)],
    bad: [
      [null, 'not be null'],
      ['', 'have length greater than or equal to 1'],
      ['x'.repeat(65), 'have length less than or equal to 64'],
      ['a.b', 'satisfy regular expression pattern: [a-zA-Z0-9_-]+'],
    ],
  },
  {
    member: 'thingName',
    operations: named(/JobExecution(sForThing)?$/),
    good: ['a:b_c-9', 'x'.repeat(128)],
    bad: [
      [null, 'not be null'],
      ['x'.repeat(129), 'have length less than or equal to 128'],
      ['a.b', 'satisfy regular expression pattern: [a-zA-Z0-9:_-]+'],
    ],
  },
  {
    member: 'namespaceId',
    operations: [
      'CreateJob',
      'UpdateJob',
      'DeleteJob',
      'ListJobs',
      'AssociateTargetsWithJob',
      'DeleteJobExecution',
      'ListJobExecutionsForThing',
    ],
    good: ['green-grass_1'],
    bad: [['a:b', 'satisfy regular expression pattern: [a-zA-Z0-9_-]+']],
  },
  {
    member: 'targets',
    operations: ['CreateJob', 'AssociateTargetsWithJob'],
    good: [['x'.repeat(2048)]],
    bad: [
      [null, 'not be null'],
      [[], 'have length greater than or equal to 1'],
      [['x'.repeat(2049)], 'have length less than or equal to 2048'],
    ],
  },
  {
    member: 'document',
    operations: ['CreateJob'],
    good: ['x'.repeat(32_768)],
    bad: [['x'.repeat(32_769), 'have length less than or equal to 32768']],
  },
  {
    member: 'documentSource',
    operations: ['CreateJob'],
    good: ['x'.repeat(1350)],
    bad: [
      ['', 'have length greater than or equal to 1'],
      ['x'.repeat(1351), 'have length less than or equal to 1350'],
    ],
  },
  {
    member: 'description',
    operations: ['CreateJob', 'UpdateJob'],
    good: ['x'.repeat(2028)],
    bad: [
      ['x'.repeat(2029), 'have length less than or equal to 2028'],
      ['two\nlines', PRINTABLE],
    ],
  },
  {
    member: 'comment',
    operations: ['CancelJob', 'AssociateTargetsWithJob'],
    good: ['x'.repeat(2028)],
    bad: [['x'.repeat(2029), 'have length less than or equal to 2028']],
  },
  {
    member: 'reasonCode',
    operations: ['CancelJob'],
    good: ['BAD_RELEASE_2', 'X'.repeat(128)],
    bad: [
      ['bad', 'satisfy regular expression pattern'],
      ['X'.repeat(129), 'have length less than or equal to 128'],
    ],
  },
  {
    member: 'destinationPackageVersions',
    operations: ['CreateJob'],
    good: [Array(25).fill('arn:x')],
    bad: [
      [Array(26).fill('arn:x'), 'have length less than or equal to 25'],
      [['no-arn'], 'satisfy regular expression pattern'],
      [[`arn:${'x'.repeat(1597)}`], 'have length less than or equal to 1600'],
    ],
  },
  {
    member: 'presignedUrlConfig',
    operations: ['CreateJob', 'UpdateJob'],
    good: [{ expiresInSec: 60 }, { expiresInSec: 3600 }],
    bad: [
      [{ expiresInSec: 59 }, 'have value greater than or equal to 60'],
      [{ expiresInSec: 3601 }, 'have value less than or equal to 3600'],
      [{ roleArn: 'x'.repeat(19) }, 'have length greater than or equal to 20'],
    ],
  },
  {
    member: 'timeoutConfig',
    operations: ['CreateJob', 'UpdateJob'],
    good: [{ inProgressTimeoutInMinutes: 1 }, { inProgressTimeoutInMinutes: 10_080 }],
    bad: [
      [{ inProgressTimeoutInMinutes: 0 }, 'have value greater than or equal to 1'],
      [{ inProgressTimeoutInMinutes: 10_081 }, 'have value less than or equal to 10080'],
    ],
  },
  {
    member: 'jobExecutionsRetryConfig',
    operations: ['CreateJob', 'UpdateJob'],
    good: [{ criteriaList: [{ failureType: 'ALL', numberOfRetries: 10 }] }],
    bad: [
      [{}, 'not be null'],
      [{ criteriaList: [] }, 'have length greater than or equal to 1'],
      [
        { criteriaList: Array(3).fill({ failureType: 'ALL', numberOfRetries: 1 }) },
        'have length less than or equal to 2',
      ],
      [{ criteriaList: [{ failureType: 'ALL', numberOfRetries: 11 }] }, 'have value less than or equal to 10'],
      [{ criteriaList: [{ failureType: 'REJECTED', numberOfRetries: 1 }] }, 'satisfy enum value set'],
    ],
  },
  {
    member: 'jobExecutionsRolloutConfig',
    operations: ['CreateJob', 'UpdateJob'],
    good: [{ maximumPerMinute: 1 }],
    bad: [
      [{ maximumPerMinute: 0 }, 'have value greater than or equal to 1'],
      [
        { exponentialRate: { baseRatePerMinute: 1001, incrementFactor: 2, rateIncreaseCriteria: {} } },
        'have value less than or equal to 1000',
      ],
      [
        { exponentialRate: { baseRatePerMinute: 50, incrementFactor: 5.1, rateIncreaseCriteria: {} } },
        'have value less than or equal to 5',
      ],
    ],
  },
  {
    member: 'abortConfig',
    operations: ['CreateJob', 'UpdateJob'],
    good: [],
    bad: [
      [{ criteriaList: [] }, 'have length greater than or equal to 1'],
      [
        {
          criteriaList: [
            { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 101, minNumberOfExecutedThings: 1 },
          ],
        },
        'have value less than or equal to 100',
      ],
    ],
  },
  {
    member: 'schedulingConfig',
    operations: ['CreateJob'],
    good: [],
    bad: [
      [{ endBehavior: 'STOP' }, 'satisfy enum value set: [STOP_ROLLOUT, CANCEL, FORCE_CANCEL]'],
      [
        { maintenanceWindows: [{ startTime: 'cron', durationInMinutes: 1431 }] },
        'have value less than or equal to 1430',
      ],
      [{ startTime: 'x'.repeat(65) }, 'have length less than or equal to 64'],
    ],
  },
  {
    member: 'force',
    operations: ['CancelJob', 'DeleteJob', 'CancelJobExecution', 'DeleteJobExecution'],
    good: ['true', false],
    bad: [['yes', 'be a boolean']],
  },
  {
    member: 'executionNumber',
    operations: ['DescribeJobExecution', 'DeleteJobExecution'],
    good: [String(2 ** 40)],
    bad: [['first', 'be a whole number']],
  },
  {
    member: 'statusDetails',
    operations: ['CancelJobExecution'],
    good: [{ 'a:b_c-9': 'v' }],
    bad: [
      [tags(11), 'have length less than or equal to 10'],
      [{ 'a.b': 'v' }, 'satisfy regular expression pattern'],
      [{ a: '' }, 'have length greater than or equal to 1'],
    ],
  },
  {
    member: 'maxResults',
    operations: named(/^ListJob/),
    good: [1, '250'],
    bad: [
      [0, 'have value greater than or equal to 1'],
      [251, 'have value less than or equal to 250'],
    ],
  },
  {
    member: 'status',
    operations: named(/^ListJobExecutions/),
    good: ['TIMED_OUT'],
    bad: [['COMPLETED', 'satisfy enum value set']],
  },
  {
    member: 'status',
    operations: ['ListJobs'],
    good: ['SCHEDULED'],
    bad: [['FAILED', 'satisfy enum value set']],
  },
];
