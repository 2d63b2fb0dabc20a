// A fresh process of a function: loads the handler of argument 1, has it answer the event of argument 2, and prints what
// that took of the CPU, the start of Node.js included.
import { createRequire } from 'node:module';
import process from 'node:process';

const { handler } = createRequire(import.meta.url)(process.argv[2]);
// the log is none of what is printed here.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
await handler(JSON.parse(process.argv[3]), {
  awsRequestId: 'bench',
  logGroupName: 'bench',
  logStreamName: 'bench',
  getRemainingTimeInMillis: () => 60_000,
});
const { user, system } = process.cpuUsage();
write(`${(user + system) / 1000}\n`, () => process.exit());
