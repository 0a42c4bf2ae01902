import { iban } from '../src/iban';

test('an account number is printed in groups of four', () => {
  expect(iban('gb82west12345698765432')).toEqual({
    ok: true,
    value: 'GB82 WEST 1234 5698 7654 32',
  });
});

test.each(['GB82 WEST 1234 5698 7654 23', 'GB82', ''])('"%s" is refused', (text) => {
  expect(iban(text).ok).toBe(false);
});
