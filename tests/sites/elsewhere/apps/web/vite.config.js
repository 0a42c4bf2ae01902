import { defineConfig } from 'vite';

const types = { name: 'types', api: { outDir: 'types' } };

export default defineConfig({
  base: '/app/',
  plugins: [types],
  build: { outDir: '../../dist/web', emptyOutDir: true },
});
