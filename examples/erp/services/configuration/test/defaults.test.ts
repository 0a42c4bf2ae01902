import { settable } from '../src/defaults';

test('a setting keeps the type of its default', () => {
  expect(settable('invoice.payment-days', 14).ok).toBe(true);
  expect(settable('invoice.payment-days', '14')).toMatchObject({
    error: { code: 'setting.type' },
  });
});

test('what every object has is no setting', () => {
  expect(settable('toString', 'x')).toMatchObject({ error: { code: 'setting.unknown' } });
});
