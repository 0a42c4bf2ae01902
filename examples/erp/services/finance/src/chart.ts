import { createCanvas } from '@napi-rs/canvas';

const SIZE = { width: 480, height: 240 };
const PADDING = 16;

/** Draws a series as bars, those after the first `known` ones paler: they are forecast. */
export function chart(values: readonly number[], known: number): Promise<Buffer> {
  const canvas = createCanvas(SIZE.width, SIZE.height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, SIZE.width, SIZE.height);

  const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
  const scale = (SIZE.height - 2 * PADDING) / (high - low);
  const base = SIZE.height - PADDING + low * scale;
  const step = (SIZE.width - 2 * PADDING) / values.length;
  values.forEach((value, index) => {
    context.fillStyle = index < known ? '#1f5fa8' : '#a9c6e6';
    context.fillRect(PADDING + index * step, base, step * 0.8, -value * scale);
  });
  return canvas.encode('png');
}
