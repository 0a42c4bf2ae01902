import { approvers } from '../src/approvers';

test.each([
  [500, ['site-manager']],
  [10_000, ['site-manager', 'project-manager']],
  [250_000, ['site-manager', 'project-manager', 'finance-director']],
])('%d is approved by %j', (amount, roles) => {
  expect(approvers(amount)).toEqual(roles);
});
