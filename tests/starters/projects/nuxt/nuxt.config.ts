export default defineNuxtConfig({
  compatibilityDate: "2025-07-15",
  devtools: { enabled: true },
  // A build in a closed network asks nobody.
  telemetry: false,
});
