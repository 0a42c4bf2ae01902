import { convert } from '../src/units';

test('quantities are converted within a dimension', () => {
  expect(convert(2.5, 't', 'kg')).toEqual({ ok: true, value: 2500 });
});

test('quantities of different dimensions are not', () => {
  expect(convert(1, 't', 'm')).toMatchObject({ ok: false, error: { code: 'unit.dimension' } });
});
