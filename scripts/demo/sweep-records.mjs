// What a sweep has told the log about its decisions.

/** The names of what was removed, the reasons of what was kept by name, and the counts at the end. */
export function recordsOf(aws, sweep) {
  const messages = [...aws.logs.groups.keys()].flatMap(group => aws.logs.messages(group));
  const records = messages.map(parse).filter(message => message.sweep === sweep);
  const of = kind => records.filter(({ record }) => record === kind);
  return {
    removed: of('removed').map(({ name }) => name),
    kept: Object.fromEntries(of('kept').map(({ name, reason }) => [name, reason])),
    counts: of('ended').at(-1)?.counts ?? {},
  };
}

/** Lambda's own lines are no JSON. */
function parse(message) {
  try {
    return JSON.parse(message);
  } catch {
    return {};
  }
}
