// documented: API reference, HistoryEvent
import { HISTORY_EVENTS } from './constraints';

/** An event of an execution's history, in the form of the service. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: Date;
  /** The details, under the key of the API for this type. */
  readonly [details: `${string}EventDetails`]: Readonly<Record<string, unknown>> | undefined;
}

/** The details with data of the execution, which a list can leave out. */
const DATA = ['input', 'output', 'parameters'];

/** The history of one execution. */
export class History {
  readonly events: HistoryEvent[] = [];

  constructor(private readonly now: () => number) {}

  /** Whether the history only has room for the event that ends the execution. */
  get isFull(): boolean {
    return this.events.length >= HISTORY_EVENTS - 1;
  }

  add(type: string, details?: Readonly<Record<string, unknown>>): void {
    const previousEventId = this.events.length;
    this.events.push({
      id: previousEventId + 1,
      previousEventId,
      type,
      timestamp: new Date(this.now()),
      ...(details && { [detailsKey(type)]: details }),
    });
  }
}

/** The member of an event that holds its details: `TaskSucceeded` has `taskSucceededEventDetails`. */
export function detailsKey(type: string): `${string}EventDetails` {
  // the events of all types of states share two members.
  const shared = /State(Entered|Exited)$/.test(type) ? type.replace(/^.*(?=State)/, '') : type;
  return `${shared[0].toLowerCase()}${shared.slice(1)}EventDetails`;
}

/** An event without the data of the execution. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const key = detailsKey(event.type);
  const details = event[key];
  if (!details) return event;
  return { ...event, [key]: Object.fromEntries(Object.entries(details).filter(([name]) => !DATA.includes(name))) };
}
