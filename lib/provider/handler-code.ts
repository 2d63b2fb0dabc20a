import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** The prebuilt handler of a family, as it ships beside the compiled constructs. */
export function handlerCode(bundle: string): lambda.Code {
  const directory = path.join(__dirname, '../../handlers', bundle);
  const content = readFileSync(path.join(directory, 'index.js'));
  // the content alone: file times and modes differ between machines and would change every template.
  const assetHash = createHash('sha256').update(content).digest('hex');
  return lambda.Code.fromAsset(directory, { assetHash, assetHashType: AssetHashType.CUSTOM });
}
