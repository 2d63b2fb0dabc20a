// documented: API reference, ErrorResponses; CDK, for the bucket of the bootstrap stack
import { type Operation, type Service, ServiceError, type World } from '../../core/service';
import { Bucket } from './bucket';
import { bucketOperations } from './operations-buckets';
import { objectOperations } from './operations-objects';
import { uploadOperations } from './operations-uploads';

/** Amazon Simple Storage Service. */
export class S3 implements Service {
  readonly signingName = 's3';
  readonly protocol = 's3';
  readonly buckets = new Map<string, Bucket>();
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(world: World) {
    this.operations = { ...bucketOperations(this), ...objectOperations(this), ...uploadOperations(this) };
    // the bucket for assets of the CDK CLI, as in a bootstrapped account.
    const staging = new Bucket(`cdk-hnb659fds-assets-${world.account}-${world.region}`, new Date(world.clock.now()));
    staging.versioning = 'Enabled';
    this.buckets.set(staging.name, staging);
  }

  /** Throws NoSuchBucket. */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket) return bucket;
    // documented: API reference, ErrorResponses
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
  }
}
