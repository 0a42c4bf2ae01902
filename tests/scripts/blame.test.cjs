'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { temporary, write, run } = require('./tree.cjs');

const LOCKFILE = `lockfileVersion: '9.0'

importers:

  .: {}

  services/app:
    dependencies:
      '@s/direct':
        specifier: ^1.0.0
        version: 1.0.0(react@18.0.0)
      renamed:
        specifier: npm:original@^1.0.0
        version: original@1.0.0
      forked:
        specifier: github:a/forked
        version: https://codeload.github.com/a/forked/tar.gz/0123456
      local:
        specifier: file:../../vendor/local.tgz
        version: file:vendor/local.tgz
      plain:
        specifier: ^1.0.0
        version: 1.0.0

packages:

  '@s/direct@1.0.0':
    resolution: {integrity: sha512-direct+/==}

  middle@1.0.0:
    resolution: {integrity: sha512-middle+/==, tarball: https://example.org/archives/17}

snapshots:

  '@s/direct@1.0.0(react@18.0.0)':
    dependencies:
      middle: 1.0.0
    optionalDependencies:
      '@s/native': 2.0.0

  forked@https://codeload.github.com/a/forked/tar.gz/0123456: {}

  middle@1.0.0:
    dependencies:
      deep: 3.0.0-rc.1

  original@1.0.0: {}

  plain@1.0.0: {}
`;
const NAMES = ['3=@s/direct', '4=forked', '5=plain', '6=renamed', '7=./patches/plain.patch', '8=local'];

// Runs a shell that prints what pnpm would, and ends like it.
function blame(t, said, { code = 1, lockfile = LOCKFILE, names = NAMES } = {}) {
  const root = write(temporary(t), { 'pnpm-lock.yaml': lockfile, 'node_modules/x/pnpm-lock.yaml': 'no lockfile' });
  return run('blame.cjs', [root, ...names, '--', 'sh', '-c', 'printf "%s\\n" "$1"; exit "$2"', 'sh', said, String(code)]);
}
const failed = (name, script = 'install') =>
  `.../node_modules/${name} ${script}$ node build.js\n.../node_modules/${name} ${script}: oh no\n.../node_modules/${name} ${script}: Failed\n ELIFECYCLE  Command failed with exit code 1.`;

test('a command that ends well says so, and all that it prints is shown', (t) => {
  assert.deepEqual(blame(t, failed('plain'), { code: 0 }), { code: 0, stdout: `${failed('plain')}\n`, stderr: '' });
});

test('what pnpm says of a failure names a dependency or what it brings along', (t) => {
  const registry = 'https://registry.example.com';
  for (const [said, status] of [
    [failed('plain'), 5],
    [failed('@s/direct', 'postinstall'), 3],
    ['node_modules/.pnpm/@s+native@2.0.0/node_modules/@s/native install: Failed', 3],
    [failed('deep'), 3],
    [failed('original'), 6],
    [` ERR_PNPM_FETCH_404  GET ${registry}/deep/-/deep-3.0.0-rc.1.tgz: Not Found - 404`, 3],
    [` ERR_PNPM_FETCH_404  GET ${registry}/@s%2Fnative: Not Found - 404\n\nThis error happened while installing a direct dependency of /app`, 3],
    [` ERR_PNPM_FETCH_404  GET ${registry}/plain: Not Found - 404`, 5],
    [` ERR_PNPM_TARBALL_INTEGRITY  Got unexpected checksum for "${registry}/@s/direct/-/direct-1.0.0.tgz". Wanted "sha512-x".`, 3],
    ['\x1b[41m ERR_PNPM_UNSUPPORTED_ENGINE \x1b[49m Unsupported environment\n\nYour Node version is incompatible with "middle@1.0.0".', 3],
    [' ERR_PNPM_FETCH_404  GET https://codeload.github.com/a/forked/tar.gz/0123456: Not Found - 404', 4],
    [' ERR_PNPM_PATCH_FAILED  Could not apply patch /app/patches/plain.patch to: /app/node_modules/.pnpm/plain@1.0.0/node_modules/plain', 7],
    [' ERR_PNPM_TARBALL_INTEGRITY  Got unexpected checksum for "/app/vendor/local.tgz". Wanted "sha512-x".', 8],
    [' ERR_PNPM_TARBALL_INTEGRITY  Got unexpected checksum for "https://example.org/a". Wanted "sha512-middle+/==".', 3],
    [' ERR_PNPM_FETCH_500  GET https://example.org/archives/17: Internal Server Error - 500', 3],
    ['pnpm said that it was done, but did not install\n  services/app: plain', 5],
    ['patches/plain.patch patches a file outside of its package, which is refused', 7],
    [' ERR_PNPM_NO_MATCHING_VERSION  No matching version found for @s/direct@^9.0.0 while fetching it', 3],
  ]) {
    assert.equal(blame(t, said).code, status, said);
  }
});

test('the last failure is blamed: what came before was survived', (t) => {
  const optional = '.../node_modules/@s/native install: Failed';
  assert.equal(blame(t, `${optional}\nProgress: resolved 5\n${failed('plain')}`).code, 5);
  assert.equal(blame(t, `.../node_modules/plain install: Done\n${failed('deep')}\n.../node_modules/plain postinstall: Done`).code, 3);
});

test('where nothing is blamed the status is that of the command, unless it means a name', (t) => {
  const nothing = ' ERR_PNPM_META_FETCH_FAIL  GET https://registry.example.com/unheard: request failed';
  assert.equal(blame(t, nothing).code, 1);
  assert.equal(blame(t, 'plain is mentioned, and nothing has failed', { code: 124 }).code, 124);
  assert.equal(blame(t, nothing, { code: 5 }).code, 1);
});

test('without a lockfile a dependency is blamed by its own name', (t) => {
  assert.equal(blame(t, failed('plain'), { lockfile: '\tno: yaml' }).code, 5);
  assert.equal(blame(t, failed('deep'), { lockfile: '' }).code, 1);
});

test('lockfiles of pnpm 8', (t) => {
  const lockfile = `lockfileVersion: '6.0'\n\nimporters:\n\n  .:\n    dependencies:\n      plain:\n        specifier: 1\n        version: /other@1.0.0\n\npackages:\n\n  /other@1.0.0:\n    dependencies:\n      '@s/deep': 1.0.0\n    dev: false\n`;
  assert.equal(blame(t, failed('@s/deep'), { lockfile }).code, 5);
});

test('what npm says of a failure names a dependency or what it brings along', (t) => {
  const lockfile = JSON.stringify({
    packages: {
      '': { dependencies: { plain: '^1' } },
      'apps/api': { dependencies: { '@s/direct': '^1', renamed: 'npm:original@^1' } },
      'node_modules/plain': { version: '1.0.0', resolved: 'https://example.org/archives/17', integrity: 'sha512-plain+/==' },
      'node_modules/@s/direct': { version: '1.0.0', dependencies: { middle: '1.0.0' }, optionalDependencies: { '@s/native': '2' } },
      'node_modules/@s/direct/node_modules/middle': { version: '1.0.0', integrity: 'sha512-middle==', dependencies: { deep: '3' } },
      'node_modules/renamed': { name: 'original', version: '1.0.0' },
      'node_modules/local': { version: '1.0.0', resolved: 'file:vendor/local.tgz' },
      'node_modules/api': { resolved: 'apps/api', link: true },
    },
  });
  const says = (text) => text.split('\n').map((line) => `npm error ${line}`).join('\n');
  const usage = '\nnpm ci\n\nOptions:\n[--omit <dev|plain>]\nRun "npm help plain" for more info\naliases: plain, ic\nA complete log of this run can be found in: /root/plain';
  for (const [said, status] of [
    [says('code E404\n404 Not Found - GET https://registry.example.com/deep/-/deep-3.0.0.tgz - Not found\n404\n404  The requested resource could not be found'), 3],
    [says('code E404\n404 Not Found - GET https://registry.example.com/@s%2fnative - Not found'), 3],
    [says('code E403\n403 403 Forbidden - GET https://example.org/archives/17'), 5],
    [says('code EINTEGRITY\nsha512-middle== integrity checksum failed when using sha512: wanted sha512-middle== but got sha512-x==. (9 bytes)'), 3],
    [says('code EBADENGINE\nengine Unsupported engine\nengine Not compatible with your version of node/npm: deep@3.0.0'), 3],
    [says('code EBADPLATFORM\nnotsup Unsupported platform for plain@1.0.0: wanted {"os":"darwin"}'), 5],
    [says('code 1\npath /app/node_modules/@s/direct/node_modules/middle\ncommand failed\ncommand sh -c node build.js'), 3],
    [says('code 1\npath /app/node_modules/renamed\ncommand failed'), 6],
    [says('code ENOENT\nsyscall open\npath /app/vendor/local.tgz'), 8],
    [says(`code EUSAGE\n\nMissing: deep@3.0.0 from lock file\n${usage}`), 3],
    [says('code 1').replace('error', 'ERR!') + '\nnpm ERR! path /app/node_modules/plain', 5],
    ['npm said that it was done, but\n  node_modules/plain has the version 2.0.0, and the lockfile says 1.0.0', 5],
    // How npm is called names nothing, whatever the words are.
    [says(`code EUSAGE${usage}`), 1],
  ]) {
    const root = write(temporary(t), { 'package-lock.json': lockfile });
    const { code } = run('blame.cjs', [root, ...NAMES, '--', 'sh', '-c', 'printf "%s\\n" "$1"; exit 1', 'sh', said]);
    assert.equal(code, status, said);
  }
});

test('a lockfile that npm does not take may be one of a newer npm', (t) => {
  const said = 'npm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.';
  const { stderr } = blame(t, said, { lockfile: '' });
  assert.match(stderr, /"engines": \{ "npm": ">=11" \}/);
  assert.equal(blame(t, 'npm error code E404', { lockfile: '' }).stderr, '');
});

test('a command that is not there', (t) => {
  const { code, stderr } = run('blame.cjs', [temporary(t), '3=a', '--', 'nowhere-to-be-found']);
  assert.equal(code, 127);
  assert.match(stderr, /nowhere-to-be-found/);
});
