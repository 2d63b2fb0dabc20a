// Real functions wait for seconds between two looks at a service: too long for a service that needs milliseconds. What
// gives a call up, or an event, takes as long as ever.
const { setTimeout } = globalThis;
const eager = (callback, milliseconds, ...args) =>
  setTimeout(callback, milliseconds < 5_000 ? milliseconds / 10 : milliseconds, ...args);
globalThis.setTimeout = Object.defineProperties(eager, Object.getOwnPropertyDescriptors(setTimeout));
