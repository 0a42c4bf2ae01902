import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasswordService } from '../src/password.service';

const passwords = new PasswordService();

test('a hash matches its own password only', async () => {
  const hashed = await passwords.hash('correct horse');
  assert.ok(hashed.ok);
  assert.equal(await passwords.matches('correct horse', hashed.value), true);
  assert.equal(await passwords.matches('battery staple', hashed.value), false);
});

test('a password that bcrypt would cut is refused', async () => {
  const hashed = await passwords.hash('x'.repeat(73));
  assert.equal(hashed.ok, false);
});
