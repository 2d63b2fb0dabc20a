import { type Protocol } from '../core/service';
import { json } from './json';
import { type WireProtocol } from './protocol';
import { query } from './query';
import { restJson } from './rest-json';
import { s3 } from './s3';

export const protocols: Readonly<Record<Protocol, WireProtocol>> = { 'rest-json': restJson, json, query, s3 };
