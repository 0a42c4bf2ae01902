//! What package managers and the tools that they start are told by environment variables.

use std::collections::BTreeMap;

use crate::kinds::node::Manager;

/// Environment of every step that runs a package manager.
///
/// pnpm reads `npm_config_*` up to version 10 and `pnpm_config_*` from 11 on.
pub(super) fn of(manager: &Manager) -> BTreeMap<String, String> {
    let own: &[(&str, &str)] = match manager {
        Manager::Pnpm(_) => OF_PNPM,
        // npm warns of settings that it does not know.
        Manager::Npm(_) => &[],
    };
    let settings = OF_ALL.iter().chain(own);
    settings
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// What pnpm alone knows.
const OF_PNPM: &[(&str, &str)] = &[
    // The version is this image's; a package.json that names another one does not fetch it.
    ("npm_config_manage_package_manager_versions", "false"),
    ("pnpm_config_pm_on_fail", "ignore"),
    // A build only reads what the install step made.
    ("npm_config_verify_deps_before_run", "false"),
    ("pnpm_config_verify_deps_before_run", "false"),
    // Hooks have done their part when the lockfile was made; no step has the file.
    ("npm_config_ignore_pnpmfile", "true"),
    ("pnpm_config_ignore_pnpmfile", "true"),
];

/// What every package manager knows, or the tools that it starts.
const OF_ALL: &[(&str, &str)] = &[
    ("CI", "true"),
    // Compiling packages find Node's headers in the image instead of downloading them.
    ("npm_config_nodedir", "/usr/local"),
    ("COREPACK_ENABLE_STRICT", "0"),
    ("npm_config_update_notifier", "false"),
    ("NEXT_TELEMETRY_DISABLED", "1"),
    ("TURBO_TELEMETRY_DISABLED", "1"),
    ("HUSKY", "0"),
    // Browsers for tests: they would land in a cache, never in the image.
    ("PUPPETEER_SKIP_DOWNLOAD", "true"),
    ("PUPPETEER_SKIP_CHROMIUM_DOWNLOAD", "true"),
    ("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    ("CYPRESS_INSTALL_BINARY", "0"),
    ("ELECTRON_SKIP_BINARY_DOWNLOAD", "1"),
    ("CHROMEDRIVER_SKIP_DOWNLOAD", "true"),
    // Install scripts that ask for money or report home wait for networks that builds often lack.
    ("ADBLOCK", "1"),
    ("DISABLE_OPENCOLLECTIVE", "1"),
    ("DO_NOT_TRACK", "1"),
    ("SCARF_ANALYTICS", "false"),
];
