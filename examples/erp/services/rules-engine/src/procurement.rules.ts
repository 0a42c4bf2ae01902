import type { RuleProperties } from 'json-rules-engine';

/** What a purchase order has to go through before it is sent. */
export const procurementRules: RuleProperties[] = [
  {
    name: 'three quotes',
    conditions: {
      all: [
        { fact: 'amount', operator: 'greaterThanInclusive', value: 25_000 },
        { fact: 'quotes', operator: 'lessThan', value: 3 },
      ],
    },
    event: { type: 'refuse', params: { reason: 'orders from 25,000 need three quotes' } },
    priority: 2,
  },
  {
    name: 'budget',
    conditions: {
      all: [{ fact: 'amount', operator: 'greaterThan', value: { fact: 'budget' } }],
    },
    event: { type: 'approve', params: { by: 'project-manager' } },
  },
  {
    name: 'retention',
    conditions: {
      all: [
        { fact: 'kind', operator: 'equal', value: 'subcontract' },
        { fact: 'amount', operator: 'greaterThan', value: 0 },
      ],
    },
    event: { type: 'retain', params: { percent: 5 } },
  },
];
