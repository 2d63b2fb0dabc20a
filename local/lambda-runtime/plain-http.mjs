/**
 * Handlers that take host and path of a ResponseURL and talk TLS to port 443, as those of the CDK do, reach the local AWS:
 * its URLs are plain HTTP on a port of loopback.
 */
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { URL } from 'node:url';

export function reachOverPlainHttp(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const { request } = https;
  https.request = (options, ...rest) => {
    const isOurs = (options?.hostname ?? options?.host) === hostname && options.port === undefined;
    if (!isOurs) return request(options, ...rest);
    return http.request({ ...options, protocol: 'http:', agent: undefined, port }, ...rest);
  };
  syncBuiltinESMExports();
}
