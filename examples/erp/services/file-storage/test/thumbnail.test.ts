import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { thumbnail } from '../src/thumbnail';

test('a thumbnail is a PNG of the size asked for', async () => {
  const { format, width, height } = await sharp(await thumbnail(32)).metadata();
  assert.deepEqual({ format, width, height }, { format: 'png', width: 32, height: 32 });
});
