// The CDK CLI looks at what goes on every two or five seconds: too seldom for an AWS that needs but a few milliseconds.
const POLLS_MS = [2000, 5000];
const EAGER_MS = 50;

const { setTimeout } = globalThis;
const eager = (callback, milliseconds, ...args) =>
  setTimeout(callback, POLLS_MS.includes(milliseconds) ? EAGER_MS : milliseconds, ...args);
globalThis.setTimeout = Object.defineProperties(eager, Object.getOwnPropertyDescriptors(setTimeout));
