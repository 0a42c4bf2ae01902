import { dirname, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** Fits the trend of a series by least squares, on TensorFlow's WebAssembly backend. */
@Injectable()
export class Forecaster {
  private readonly ready = this.prepare();

  /** Returns the `months` values that follow. */
  async next(values: readonly number[], months: number): Promise<number[]> {
    await this.ready;
    const trend = tf.tidy(() => {
      const y = tf.tensor1d([...values]);
      const x = tf.range(0, values.length);
      const [dx, dy] = [x.sub(x.mean()), y.sub(y.mean())];
      const slope = dx.mul(dy).sum().div(dx.square().sum().add(tf.backend().epsilon()));
      const future = tf.range(values.length, values.length + months);
      return future.sub(x.mean()).mul(slope).add<tf.Tensor1D>(y.mean());
    });
    const following = await trend.data();
    trend.dispose();
    return Array.from(following, (value) => Math.round(value * 100) / 100);
  }

  /** What computes: `wasm`, or `cpu` where WebAssembly is not to be had. */
  async backend(): Promise<string> {
    await this.ready;
    return tf.getBackend();
  }

  private async prepare(): Promise<void> {
    setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    if (!(await tf.setBackend('wasm'))) {
      await tf.setBackend('cpu');
    }
  }
}
