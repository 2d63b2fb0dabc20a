import { LocalAws, deployAssembly } from '../../src';
import { synthesise } from './tiny-app';

let aws: LocalAws;
beforeEach(async () => void (aws = await LocalAws.start()));
afterEach(() => aws.stop());

test('an assembly is deployed with its assets, without the CLI', async () => {
  const outcome = await deployAssembly(aws, synthesise('small'), 'Tiny');
  expect(outcome).toMatchObject({ status: 'CREATE_COMPLETE', failures: [], outputs: { Size: 'small' } });
});

test('what failed is told by resource and reason', async () => {
  const outcome = await deployAssembly(aws, synthesise('bad'), 'Tiny');
  expect(outcome).toMatchObject({
    status: 'ROLLBACK_COMPLETE',
    failures: [expect.stringMatching(/^Thing: .*bad is no size \(RequestId: /)],
  });
});

test('a stack that is not there is an error that names those that are', async () => {
  await expect(deployAssembly(aws, synthesise('small'), 'Other')).rejects.toThrow(/has no stack Other: it has Tiny/);
});
