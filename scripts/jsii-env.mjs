// jsii's tools print a banner where Node.js is past its end of life; what that breaks, the tests show.
export const JSII_ENV = {
  ...process.env,
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0],
};
