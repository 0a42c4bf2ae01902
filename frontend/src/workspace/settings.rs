//! x
#[derive(Debug)]
pub struct Settings { pnpm: Pnpm }
#[derive(Debug)]
pub struct Pnpm { pub version: String, pub checksum: Option<String>, pub why: String }
impl Settings {
    pub fn read(root: Option<&super::PackageJson>, _y: Option<&super::PnpmWorkspace>, _n: Option<&super::Npmrc>, _l: &super::Lockfile, _m: Option<&str>) -> Result<Self, crate::diagnostic::Diagnostics> {
        let v = root.and_then(|r| r.package_manager.clone()).and_then(|p| p.strip_prefix("pnpm@").map(|s| s.split('+').next().unwrap().to_owned())).unwrap_or("9.15.9".into());
        Ok(Self { pnpm: Pnpm { version: v, checksum: None, why: String::new() } })
    }
    pub fn pnpm(&self) -> &Pnpm { &self.pnpm }
    pub fn files(&self) -> Vec<String> { vec![] }
    pub fn build_scripts_run(&self, _n: &str, _v: Option<&str>) -> bool { true }
}
