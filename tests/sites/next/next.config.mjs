export default { output: 'export', distDir: 'site', basePath: '/shop' };
