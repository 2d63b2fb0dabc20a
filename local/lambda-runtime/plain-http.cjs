/**
 * Handlers that take host and path of a ResponseURL and talk TLS to port 443, as those of the CDK do, reach the local AWS:
 * its URLs are plain HTTP on a port of loopback.
 */
const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');
const { URL } = require('node:url');

exports.reachOverPlainHttp = function reachOverPlainHttp(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const { request } = https;
  https.request = (options, ...rest) => {
    const isOurs = (options?.hostname ?? options?.host) === hostname && options.port === undefined;
    if (!isOurs) return request(options, ...rest);
    return http.request({ ...options, protocol: 'http:', agent: undefined, port }, ...rest);
  };
  syncBuiltinESMExports();
};
