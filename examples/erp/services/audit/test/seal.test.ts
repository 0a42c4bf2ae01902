import { ORIGIN, firstBroken, seal } from '../src/seal';

const event = (action: string) => ({
  subject: 'invoice/INV-7',
  action,
  actor: 'ada',
  at: '2025-01-01T00:00:00Z',
});

function chain(...actions: string[]) {
  let previous = ORIGIN;
  return actions.map((action) => {
    previous = seal(previous, event(action));
    return { ...event(action), seal: previous };
  });
}

test('an untouched chain is intact', () => {
  expect(firstBroken(chain('create', 'approve', 'pay'))).toBe(-1);
});

test('a change is found where it was made', () => {
  const events = chain('create', 'approve', 'pay');
  events[1] = { ...event('refuse'), seal: events[1]?.seal ?? '' };
  expect(firstBroken(events)).toBe(1);
});

test('an entry that was taken out is missed', () => {
  const [first, , third] = chain('create', 'approve', 'pay');
  expect(firstBroken([first, third].filter((entry) => entry !== undefined))).toBe(1);
});
