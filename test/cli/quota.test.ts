import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'mocha';
import { root } from '../support/testbed.js';

describe('the CPU quota', () => {
  let mount = '';
  let cpuQuota: (groups: string, mount: string) => number | null;
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(mount, name)), { recursive: true });
    writeFileSync(join(mount, name), text);
  };
  before(async () => {
    const file = join(root, 'dist/cli/doctor/quota.js');
    ({ cpuQuota } = (await import(file)) as { cpuQuota: typeof cpuQuota });
    mount = mkdtempSync(join(tmpdir(), 'uintr-quota-'));
    write('cpu.max', 'max 100000\n');
    write('a/cpu.max', '150000 100000\n');
    write('a/b/cpu.max', '400000 100000\n');
    write('cpu/v1/cpu.cfs_quota_us', '50000\n');
    write('cpu/v1/cpu.cfs_period_us', '100000\n');
    write('cpu/free/cpu.cfs_quota_us', '-1\n');
    write('cpu/free/cpu.cfs_period_us', '100000\n');
  });
  after(() => {
    rmSync(mount, { recursive: true, force: true });
  });

  it('is the least of all groups above', () => {
    assert.equal(cpuQuota('0::/a/b\n', mount), 1.5);
  });

  it('is none where no group has one, or where it cannot be seen', () => {
    assert.equal(cpuQuota('0::/\n', mount), null);
    assert.equal(cpuQuota('0::/not/here\n', mount), null);
    assert.equal(cpuQuota('2:cpu,cpuacct:/free\n', mount), null);
    assert.equal(cpuQuota('', mount), null);
  });

  it('is that of the first version, where that is in use', () => {
    assert.equal(cpuQuota('3:memory:/a\n2:cpu,cpuacct:/v1\n0::/\n', mount), 0.5);
  });
});
