import { ServiceError } from 'cdk-versioned-artifacts-local';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, VERSION_TAGS } from '../../../contract/ownership';
import { PACKAGE, VERSION, aws, created, held, published, stack, succeeded, version } from './brake-ecu';
import { Stack } from './stack';

describe('Delete', () => {
  test('takes three calls and ends when the version is gone', async () => {
    const properties = published('1.0.0', { ProtectInActiveJobs: false });
    const id = await created(properties);
    const calls = await stack.callsOf(async () => succeeded(await stack.delete(VERSION, 'V', id, properties)));
    expect(calls).toEqual(['ListTagsForResource', 'DeletePackageVersion', 'GetPackageVersion']);
    expect(held()).toBeUndefined();
  });

  test('reads until the version is gone', async () => {
    const id = await created(published());
    aws.iot.behavior.staleReads = 3;
    const calls = await stack.callsOf(async () => succeeded(await stack.delete(VERSION, 'V', id, published())));
    expect(calls.filter(operation => operation === 'GetPackageVersion')).toHaveLength(4);
  });

  test('of a missing version, or of one in a missing package, is a success', async () => {
    const id = await created(version());
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    await aws.iot.byHand('DeletePackage', { packageName: PACKAGE });
    succeeded(await stack.delete(VERSION, 'V', id, version()));
  });

  test('under an id that CloudFormation made up removes what the Create had made that never answered', async () => {
    await created(version());
    succeeded(await stack.delete(VERSION, 'V', 'Fleet-V-1ABCDEFGHIJKL', version()));
    expect(held()).toBeUndefined();
    await created(version(), 'V', new Stack(aws, 'other'));
    succeeded(await stack.delete(VERSION, 'V', 'Fleet-V-1ABCDEFGHIJKL', version()));
    expect(held()).toBeDefined();
  });

  test.each(['silent', 'not-found'] as const)('bears a version that vanishes under it (%s)', async behavior => {
    aws.iot.behavior.deleteMissing = behavior;
    const id = await created(version());
    aws.faults.inject({ service: 'iot', operation: 'DeletePackageVersion', trouble: { cut: 'after' } });
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    succeeded(await stack.delete(VERSION, 'V', id, version()));
  });

  test('under RETAIN leaves the version to nobody, and the same stack name and logical id may have it again', async () => {
    const kept = published('1.0.0', { Removal: 'RETAIN' });
    const id = await created(kept);
    await stack.during('DELETE_IN_PROGRESS', async () => succeeded(await stack.delete(VERSION, 'V', id, kept)));
    expect(held()).toMatchObject({ status: 'PUBLISHED' });
    expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);

    expect((await new Stack(aws, 'stranger').create(VERSION, 'V', kept)).Status).toBe('FAILED');
    const again = new Stack(aws, stack.name, 'another-life');
    await created(kept, 'V', again);
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(again.stackId);
  });

  test('leaves the version to nobody by default', async () => {
    const silent = published('1.0.0', { Removal: undefined });
    const id = await created(silent);
    await stack.during('DELETE_IN_PROGRESS', async () => succeeded(await stack.delete(VERSION, 'V', id, silent)));
    expect(held()).toMatchObject({ status: 'PUBLISHED' });
    expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
  });

  test('under DEPRECATE deprecates a published version, and leaves a draft as it is', async () => {
    for (const [name, status, end] of [
      ['1.0.0', 'PUBLISHED', 'DEPRECATED'],
      ['2.0.0', undefined, 'DRAFT'],
    ] as const) {
      const properties = version(name, { Status: status, Removal: 'DEPRECATE' });
      const id = await created(properties, `V${name[0]}`);
      succeeded(await stack.delete(VERSION, `V${name[0]}`, id, properties));
      expect(held(name)?.status).toBe(end);
      expect(held(name)?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
    }
  });

  test.each(['DELETE', 'DEPRECATE', 'RETAIN'])('in a rollback undoes the Create, under %s', async removal => {
    const properties = published('1.0.0', { Removal: removal });
    const id = await created(properties);
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(VERSION, 'V', id, properties)));
    expect(held()).toBeUndefined();
  });

  test.each([
    ['deprecated', 'DEPRECATED', 'PUBLISHED', 'DEPRECATED'],
    ['published', 'PUBLISHED', 'DEPRECATED', 'PUBLISHED'],
    ['a draft, which nothing is again,', 'DRAFT', 'PUBLISHED', 'PUBLISHED'],
  ] as const)('in a rollback an adopted version that was %s is given back so', async (_what, found, Status, after) => {
    await aws.iot.createVersion('brake-ecu', '1.0.0', { status: found });
    const before = held();
    const adopting = version('1.0.0', { Status, AdoptExisting: 'true' });
    const id = await created(adopting);
    expect(held()?.status).toBe(Status);
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(VERSION, 'V', id, adopting)));
    expect(held()).toEqual({ ...before, status: after });
    const told = found === after ? [] : [expect.objectContaining({ status: after, former: found })];
    expect(stack.logs.filter(({ level }) => level === 'WARN')).toEqual(told);
  });

  test('in a rollback an adopted version without a record of its former state stays as it is', async () => {
    await aws.iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: 'true' });
    const id = await created(adopting);
    await aws.iot.byHand('UntagResource', {
      resourceArn: `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}/version/1.0.0`,
      tagKeys: [VERSION_TAGS.formerStatus],
    });
    await stack.during('ROLLBACK_IN_PROGRESS', async () => succeeded(await stack.delete(VERSION, 'V', id, adopting)));
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: {} });
  });

  test.each([
    ['of a living stack', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
    ['with its stack', 'DELETE_IN_PROGRESS'],
  ])('%s that is refused, though another version is the default, leaves the default', async (_what, status) => {
    const id = await created(published());
    await created(published('2.0.0'), 'V2');
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '2.0.0' });
    const error = new ServiceError('ConflictException', 'in use', 409);
    const refused = aws.faults.inject({ operation: 'DeletePackageVersion', times: Infinity, trouble: { error } });
    const reply = await stack.during(status, () => stack.delete(VERSION, 'V', id, published()));
    expect(reply.Status).toBe('FAILED');
    expect(reply.Reason).toContain('AWS IoT does not delete version 1.0.0 of software package brake-ecu');
    expect(reply.Reason).toContain('in use');
    expect(refused.hits).toBe(1);
    expect(aws.iot.describe(PACKAGE)?.defaultVersionName).toBe('2.0.0');
  });

  test('in a rollback gives an adopted version back', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', attributes: { a: '1' } });
    const before = held();
    const properties = published('1.0.0', { AdoptExisting: true });
    const id = await created(properties);
    expect(held()?.tags).toHaveProperty([ARTIFACT_TAGS.owner]);
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(VERSION, 'V', id, properties),
    );
    expect(held()).toEqual(before);
  });

  describe('of the default version', () => {
    let id: string;
    beforeEach(async () => {
      id = await created(published());
      await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    });

    test.each(['ValidationException', 'ConflictException'] as const)(
      'is refused in a living stack that has not designated it (%s), naming the pointer',
      async code => {
        aws.iot.behavior.defaultDeleteError = code;
        const reply = await stack.delete(VERSION, 'V', id, published());
        expect(reply.Status).toBe('FAILED');
        expect(reply.Reason).toContain('version 1.0.0 is the default of software package brake-ecu');
        expect(aws.iot.describe(PACKAGE)?.defaultVersionName).toBe('1.0.0');
        expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
      },
    );

    test.each([
      ['goes in a living stack that has designated it', '1.0.0', 'own', undefined],
      ['stays where a hand has moved the default there from another one', '2.0.0', 'own', '1.0.0'],
      ['stays where another stack has designated it', '1.0.0', 'other', '1.0.0'],
    ])('%s', async (_what, designated, by, left) => {
      await aws.iot.byHand('TagResource', {
        resourceArn: `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}`,
        tags: [
          {
            Key: DEFAULT_POINTER_TAGS.stack,
            Value: by === 'other' ? stack.stackId.replace(/[^/]*$/, 'x') : stack.stackId,
          },
          { Key: DEFAULT_POINTER_TAGS.version, Value: designated },
        ],
      });
      const { Status } = await stack.delete(VERSION, 'V', id, published());
      expect([Status, held() === undefined]).toEqual(left ? ['FAILED', false] : ['SUCCESS', true]);
      expect(aws.iot.describe(PACKAGE)?.defaultVersionName).toBe(left);
      expect(stack.logs).not.toContainEqual(expect.objectContaining({ level: 'WARN' }));
    });

    test('is allowed to a stack that is being deleted', async () => {
      await stack.during('DELETE_IN_PROGRESS', async () =>
        succeeded(await stack.delete(VERSION, 'V', id, published())),
      );
      expect(aws.iot.describe(PACKAGE)?.defaultVersionName).toBeUndefined();
      expect(held()).toBeUndefined();
      expect(stack.logs).not.toContainEqual(expect.objectContaining({ level: 'WARN' }));
    });

    test('is left where the removal is denied', async () => {
      const error = new ServiceError('AccessDeniedException', 'no', 403);
      aws.faults.inject({ operation: 'DeletePackageVersion', times: Infinity, trouble: { error } });
      const reply = await stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, published()));
      expect(reply.Status).toBe('FAILED');
      expect(aws.iot.describe(PACKAGE)?.defaultVersionName).toBe('1.0.0');
    });

    test('says what AWS IoT has against it, if that is not the default alone', async () => {
      const error = new ServiceError('ConflictException', 'in use', 409);
      aws.faults.inject({ operation: 'DeletePackageVersion', times: 2, trouble: { error } });
      const reply = await stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, published()));
      expect(reply.Status).toBe('FAILED');
      expect(reply.Reason).toContain('AWS IoT does not delete version 1.0.0 of software package brake-ecu: Conflict');
      expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
    });

    test('names the other stack that has designated it', async () => {
      const other = 'arn:aws:cloudformation:us-east-1:111111111111:stack/other/0a1b';
      await aws.iot.byHand('TagResource', {
        resourceArn: `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}`,
        tags: [{ Key: DEFAULT_POINTER_TAGS.stack, Value: other }],
      });
      await stack.during('DELETE_IN_PROGRESS', async () =>
        succeeded(await stack.delete(VERSION, 'V', id, published())),
      );
      expect(stack.logs).toContainEqual(expect.objectContaining({ level: 'WARN', designatedBy: other }));
    });

    test('stays in a rollback, which succeeds and leaves it to nobody', async () => {
      await stack.during('ROLLBACK_IN_PROGRESS', async () =>
        succeeded(await stack.delete(VERSION, 'V', id, published())),
      );
      expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
    });
  });
});
