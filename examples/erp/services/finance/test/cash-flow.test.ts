import { chart } from '../src/chart';
import { Forecaster } from '../src/forecaster';
import { series } from '../src/series';

test('a trend goes on', async () => {
  const forecaster = new Forecaster();
  expect(await forecaster.next([10, 20, 30, 40], 2)).toEqual([50, 60]);
  expect(await forecaster.backend()).toBe('wasm');
});

test('a chart is a picture', async () => {
  const picture = await chart([3, -1, 2], 2);
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
});

test.each(['', '1', '1,x'])('"%s" is no series', (text) => {
  expect(series(text).ok).toBe(false);
});
