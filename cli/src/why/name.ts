/** What a user asks about. */
import { PackageNameShape } from '../../../contract/iot';
import { problems, quote } from '../../../contract/shape';
import { UserError } from '../errors';

export type Name =
  | { readonly kind: 'package version'; readonly packageName: string; readonly versionName: string }
  | {
      readonly kind: 'schema version';
      readonly registryName: string;
      readonly schemaName: string;
      readonly number: number;
    }
  | {
      readonly kind: 'service version';
      readonly environmentId: string;
      readonly serverName: string;
      readonly versionName: string;
    };

/** Whether AWS IoT takes it for a name: one with "@" is that of a schema with something else for a number. */
const isName = (text: string) => problems(PackageNameShape, text).length === 0;

export function parseName(text: string): Name {
  const schema = /^([^/@]+)\/([^/@]+)@(\d+)$/.exec(text);
  if (schema) {
    const [, registryName, schemaName, number] = schema;
    return { kind: 'schema version', registryName, schemaName, number: Number(number) };
  }
  const parts = text.split('/');
  if (parts.length === 2 && parts.every(part => isName(part))) {
    const [packageName, versionName] = parts;
    return { kind: 'package version', packageName, versionName };
  }
  if (parts.length === 3 && parts.every(Boolean)) {
    const [environmentId, serverName, versionName] = parts;
    return { kind: 'service version', environmentId, serverName, versionName };
  }
  throw new UserError(
    `${quote(text)} is no name of a version: write PACKAGE/VERSION, REGISTRY/SCHEMA@NUMBER or ENVIRONMENT/SERVICE/VERSION`,
  );
}
