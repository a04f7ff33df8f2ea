import assert from 'node:assert/strict';
import os from 'node:os';
import { afterEach } from 'mocha';
import { type Capabilities, capabilities, Receiver } from 'uintr';
import { closing } from './support/closing.js';
import { fixture, python } from './support/remote.js';
import { execute } from './support/testbed.js';

describe('capabilities', () => {
  it('say what auto picks, and why', () => {
    const { backend, reason, cpu, kernel } = capabilities();
    assert.ok(backend === 'software' || backend === 'hardware');
    assert.ok(reason.length > 10, reason);
    assert.equal(typeof cpu.uintr, 'boolean');
    assert.equal(typeof cpu.waitpkg, 'boolean');
    assert.equal(kernel.release, os.release());
    assert.equal(kernel.abi === null, backend === 'software');
  });

  it('answer where a seccomp filter forbids to try sealing', async () => {
    const refusing = ['python3', python('refuse'), 'memfd_create'];
    const command = [...refusing, process.execPath, fixture('capabilities')];
    const { stdout, stderr } = await execute(command);
    assert.equal(stderr, '');
    const { backend, kernel } = JSON.parse(stdout) as Capabilities;
    assert.deepEqual([backend, kernel.sealFutureWrite], [capabilities().backend, false]);
  });
});

describe('the backend', () => {
  const use = closing();
  const environment = process.env['UINTR_BACKEND'];
  const setEnvironment = (value: string | undefined): void => {
    if (value === undefined) delete process.env['UINTR_BACKEND'];
    else process.env['UINTR_BACKEND'] = value;
  };
  afterEach(() => {
    setEnvironment(environment);
  });

  it('is what capabilities() said, with auto and without an option', () => {
    setEnvironment(undefined);
    const { backend } = capabilities();
    assert.equal(use(new Receiver()).backend, backend);
  });

  it('is software on request, by the option or the environment', () => {
    setEnvironment('hardware');
    const first = new Receiver({ backend: 'software' });
    assert.equal(first.backend, 'software');
    first.close();
    setEnvironment('software');
    const second = new Receiver({ backend: 'auto' });
    assert.equal(second.backend, 'software');
    second.close();
    setEnvironment('');
    assert.equal(use(new Receiver()).backend, capabilities().backend);
  });

  it('is ERR_UINTR_NO_HARDWARE with the reason where there is none', () => {
    const { reason } = capabilities();
    const expected = (error: Error & { code?: string }): boolean =>
      error.name === 'UintrError' &&
      error.code === 'ERR_UINTR_NO_HARDWARE' &&
      error.message.includes(reason);
    assert.throws(() => new Receiver({ backend: 'hardware' }), expected);
    setEnvironment('hardware');
    assert.throws(() => new Receiver(), expected);
    setEnvironment('software');
    assert.throws(() => new Receiver({ backend: 'hardware' }), expected);
  });

  it('is an error when the environment names none', () => {
    setEnvironment('quantum');
    assert.throws(() => new Receiver(), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
  });
});
