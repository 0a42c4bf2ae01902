import { RulesService } from '../src/rules.service';

test('an order meets each rule that is about it, the most important first', async () => {
  const order = { kind: 'subcontract', amount: 30_000, budget: 20_000, quotes: 1 } as const;
  const verdicts = await new RulesService().evaluate(order);
  expect(verdicts.map(({ rule }) => rule)).toEqual(['three quotes', 'budget', 'retention']);
});

test('an ordinary order meets none', async () => {
  const order = { kind: 'material', amount: 100, budget: 20_000, quotes: 0 } as const;
  expect(await new RulesService().evaluate(order)).toEqual([]);
});
