import { defineConfig, loadEnv } from 'vite';

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, process.cwd(), '');
  return { define: { __NAME__: JSON.stringify(env.SITE_NAME ?? 'nobody') } };
});
