// The browser is a service of its own (BROWSER_URL), so none is downloaded with the package.
module.exports = { skipDownload: true };
