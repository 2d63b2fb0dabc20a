// Follows a stack's events while the CLI works on it.
import { setTimeout as wait } from 'node:timers/promises';
import { DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';

const POLL_MS = 250;

/** Hands each new event of a stack to `seen`, oldest first, while `work` goes on; returns what `work` returns. */
export async function followEvents(cloudFormation, stackName, seen, work) {
  const feed = new EventFeed(cloudFormation, stackName);
  await feed.news();
  let done = false;
  const polling = (async () => {
    while (!done) {
      (await feed.news()).forEach(seen);
      await wait(POLL_MS);
    }
    (await feed.news()).forEach(seen);
  })();
  try {
    return await work();
  } finally {
    done = true;
    await polling;
  }
}

class EventFeed {
  known = new Set();

  constructor(cloudFormation, stackName) {
    this.cloudFormation = cloudFormation;
    this.stack = stackName;
  }

  /** The events since the last call, oldest first. */
  async news() {
    const events = (await this.all()).filter(({ EventId }) => !this.known.has(EventId));
    events.forEach(({ EventId }) => this.known.add(EventId));
    return events.reverse();
  }

  async all() {
    try {
      const { StackEvents = [] } = await this.cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: this.stack }),
      );
      // a stack that is gone is found by its id only.
      this.stack = StackEvents[0]?.StackId ?? this.stack;
      return StackEvents;
    } catch (error) {
      if (error.name === 'ValidationError') return [];
      throw error;
    }
  }
}
