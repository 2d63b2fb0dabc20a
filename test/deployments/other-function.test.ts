/** K1, K2: the function behind the service token is another one by then. */
import { type Resource, type World } from '../histories/world';
import { MAKERS, PARTS, play } from './cast';

const STACK = 'fleet';

const servedBy = (ServiceToken: string, { type, properties }: Resource): Resource => ({
  type,
  properties: { ...properties, ServiceToken },
});

test.each(PARTS)(
  '%s stays as it is, where an update names another function: CloudFormation refuses that',
  (_type, part) =>
    play(part, async world => {
      const [own, next] = [part.own(world, 1), part.own(world, 2)];
      await world.deploy(STACK, { V: own });
      const before = part.held(world);
      const outcome = await world.deploy(STACK, { V: servedBy(world.host('next'), next) });
      expect(outcome).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
      expect(outcome.failures[0]).toContain('Modifying service token is not allowed');
      expect(part.held(world)).toEqual(before);
    }),
);

/** A creation is held up in the old function, and rolled back; then the stack is deployed with another function. */
async function heldUpAndMadeAgain(
  world: World,
  operation: string,
  { own, service }: { own: Resource; service: string },
) {
  const held = world.aws.faults.inject({ service, operation, trouble: { stall: 'until released' } });
  world.mayFail = () => held.hits > 0;
  const deploy = (resources: Record<string, Resource>, fails?: 'meanwhile') =>
    world.aws.cloudFormation.deploy({ stackName: STACK, template: world.template(resources, fails) });
  expect(await deploy({ V: own }, 'meanwhile')).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  expect(await deploy({ V: servedBy(world.host('next'), own) })).toMatchObject({ status: 'CREATE_COMPLETE' });
  return held;
}

test.each(MAKERS)(
  '%s that another function has made since is not changed by the late call of the old one',
  (_type, part) =>
    play(part, async world => {
      const { makes, family } = part;
      const held = await heldUpAndMadeAgain(world, makes, { own: part.own(world, 1), service: family.service });
      const before = part.held(world);
      held.release();
      await world.settled();
      expect(part.held(world)).toEqual(before);
    }),
);
