import { GlueClient } from '@aws-sdk/client-glue';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { glueHandlers } from '../../../lambda/glue/handlers';
import { readObject } from '../../../lambda/runtime/s3-objects';
import { Stack as AnyStack, type Family, instantClock } from '../../../testing/stack';

export type { Reply } from '../../../testing/stack';

/** Time for both the local AWS and the stacks: it passes in sleeps, which take none. */
export const clock = instantClock();

const GLUE: Family = {
  service: 'glue',
  clock,
  handlers: (access, dying) =>
    glueHandlers(
      dying(new GlueClient(access)),
      readObject(undefined, () => access),
    ),
};

/** A stack with schema versions. */
export class Stack extends AnyStack {
  constructor(aws: LocalAws, name?: string, uuid?: string) {
    super(GLUE, aws, name, uuid);
  }
}
