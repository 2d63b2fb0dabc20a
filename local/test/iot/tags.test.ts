import { PACKAGE_ARN, VERSION_ARN, startIot } from './harness';

async function startWithVersion() {
  const started = startIot();
  await started.iot.createPackage('brake-ecu', { tags: { team: 'ecu' } });
  await started.iot.createVersion('brake-ecu', '1.0.0', { tags: { stage: 'beta' } });
  return started;
}

test.each([
  [PACKAGE_ARN, { Key: 'team', Value: 'ecu' }],
  [VERSION_ARN, { Key: 'stage', Value: 'beta' }],
])('tags of %s are listed, added, changed and removed', async (resourceArn, tag) => {
  const { run } = await startWithVersion();
  expect(await run('ListTagsForResource', { resourceArn })).toEqual({ tags: [tag] });
  await run('TagResource', { resourceArn, tags: [{ Key: tag.Key, Value: 'new' }, { Key: 'empty' }] });
  expect(await run('ListTagsForResource', { resourceArn })).toEqual({
    tags: [
      { Key: tag.Key, Value: 'new' },
      { Key: 'empty', Value: '' },
    ],
  });
  await run('UntagResource', { resourceArn, tagKeys: [tag.Key, 'unknown'] });
  expect(await run('ListTagsForResource', { resourceArn })).toEqual({ tags: [{ Key: 'empty', Value: '' }] });
});

test('a resource has at most 50 tags: LimitExceededException 410', async () => {
  const { run, error } = await startWithVersion();
  const some = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ Key: `k${from + i}`, Value: '' }));
  await run('TagResource', { resourceArn: PACKAGE_ARN, tags: some(0, 49) });
  await run('TagResource', { resourceArn: PACKAGE_ARN, tags: some(0, 49) });
  expect(await error('TagResource', { resourceArn: PACKAGE_ARN, tags: some(49, 50) })).toMatchObject({
    code: 'LimitExceededException',
    status: 410,
  });
});

test('a tag key of AWS is refused: InvalidRequestException 400', async () => {
  const { error } = await startWithVersion();
  expect(await error('TagResource', { resourceArn: PACKAGE_ARN, tags: [{ Key: 'AWS:x' }] })).toMatchObject({
    code: 'InvalidRequestException',
    status: 400,
  });
});

test.each(['TagResource', 'UntagResource', 'ListTagsForResource'])(
  '%s of a missing resource is ResourceNotFoundException 404',
  async operation => {
    const input = { resourceArn: PACKAGE_ARN, tags: [], tagKeys: [] };
    expect(await startIot().error(operation, input)).toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  },
);

test('tags go with their resource', async () => {
  const { run, error } = await startWithVersion();
  await run('DeletePackageVersion', { packageName: 'brake-ecu', versionName: '1.0.0' });
  expect(await error('ListTagsForResource', { resourceArn: VERSION_ARN })).toMatchObject({
    code: 'ResourceNotFoundException',
  });
});
