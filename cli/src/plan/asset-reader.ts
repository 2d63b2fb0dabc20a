/** Objects in S3 as a deployment would find them: what it is about to upload is read from the assembly. */
import { readFile } from 'node:fs/promises';
import {
  type CurrentVersion,
  type ObjectName,
  type ReadObject,
  type S3Access,
} from '../../../lambda/runtime/s3-objects';
import { type FileAsset } from '../assembly/assembly';
import { type Account } from '../aws/account';

/** By whose credentials objects are read. */
export async function s3Access(account: Account): Promise<S3Access> {
  const { env } = process;
  return {
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL,
    region: account.region,
    credentials: await account.cloudFormation.config.credentials(),
  };
}

/** Reads what the deployment uploads from the assembly, and all else from S3. */
export function assetReader(assets: readonly FileAsset[], account: Account, otherwise: ReadObject): ReadObject {
  return async (object, mostBytes) => {
    const asset = find(assets, account, object);
    if (asset?.path === undefined || asset.isZipped) return otherwise(object, mostBytes);
    return readFile(asset.path);
  };
}

/** What is not uploaded yet has no version that could be told. */
export function assetVersion(
  assets: readonly FileAsset[],
  account: Account,
  otherwise: CurrentVersion,
): CurrentVersion {
  return async object => {
    try {
      return await otherwise(object);
    } catch (error) {
      if (!find(assets, account, object)) throw error;
      return undefined;
    }
  };
}

function find(assets: readonly FileAsset[], account: Account, { bucket, key }: ObjectName): FileAsset | undefined {
  const inPlace = (text: string) =>
    text
      .replaceAll('${AWS::AccountId}', account.id)
      .replaceAll('${AWS::Region}', account.region)
      .replaceAll('${AWS::Partition}', account.partition);
  return assets.find(({ bucketName, objectKey }) => inPlace(bucketName) === bucket && inPlace(objectKey) === key);
}
