import fc from 'fast-check';
import { type Dependencies, dependenciesOf, reversed, visitInOrder } from '../../src/services/cloudformation/graph';

/** Resources that need only such as come before them: no circles. */
const dependencies: fc.Arbitrary<Dependencies> = fc
  .array(fc.array(fc.nat(20), { maxLength: 4 }), { maxLength: 20 })
  .map(needs => new Map(needs.map((of, i) => [`R${i}`, [...new Set(of.filter(j => j < i).map(j => `R${j}`))]])));

async function orderOf(graph: Dependencies, failing: ReadonlySet<string> = new Set()): Promise<string[]> {
  const order: string[] = [];
  await visitInOrder(graph, async id => {
    order.push(`${id} begins`);
    await Promise.resolve();
    if (failing.has(id)) throw new Error(id);
    order.push(`${id} ends`);
  });
  return order;
}

test('every resource is visited once, after all that it needs', async () => {
  await fc.assert(
    fc.asyncProperty(dependencies, async graph => {
      const order = await orderOf(graph);
      expect(order).toHaveLength(2 * graph.size);
      for (const [id, needed] of graph) {
        for (const other of needed) expect(order.indexOf(`${other} ends`)).toBeLessThan(order.indexOf(`${id} begins`));
      }
    }),
  );
});

test('what needs a failed resource, however far away, is not visited; everything else is', async () => {
  await fc.assert(
    fc.asyncProperty(dependencies, fc.array(fc.nat(20)), async (graph, numbers) => {
      const failing = new Set(numbers.map(i => `R${i}`));
      const isBlocked = (id: string): boolean => graph.get(id)!.some(other => failing.has(other) || isBlocked(other));
      const begun = (await orderOf(graph, failing)).filter(event => event.endsWith('begins'));
      expect(begun.sort()).toEqual(
        [...graph.keys()]
          .filter(id => !isBlocked(id))
          .map(id => `${id} begins`)
          .sort(),
      );
    }),
  );
});

test('reversed twice is as before', () => {
  fc.assert(
    fc.property(dependencies, graph => {
      const sorted = (of: Dependencies) => new Map([...of].map(([id, needed]) => [id, [...needed].sort()]));
      expect(sorted(reversed(reversed(graph)))).toEqual(sorted(graph));
    }),
  );
});

test('resources need what they refer to and what they name in DependsOn, among themselves', () => {
  const resources = {
    A: { Type: 'T', Properties: { X: { 'Fn::Sub': '${B.Arn} ${Parameter} ${!C}' } }, DependsOn: 'D' },
    B: { Type: 'T' },
    C: { Type: 'T', DependsOn: ['B', 'Excluded'] },
    D: { Type: 'T', Properties: { X: [{ Ref: 'C' }, { 'Fn::GetAtt': ['B', 'Arn'] }] } },
  };
  expect(Object.fromEntries(dependenciesOf(resources))).toEqual({ A: ['D', 'B'], B: [], C: ['B'], D: ['C', 'B'] });
});
