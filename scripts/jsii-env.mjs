// jsii's tools print a banner if Node.js is past its end of life. The tests show whether that breaks something.
export const JSII_ENV = {
  ...process.env,
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0],
};
