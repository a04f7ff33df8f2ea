import assert from 'node:assert/strict';
import * as required from 'uintr';

describe('the module', () => {
  it('is the same by import and by require', async () => {
    const imported = await import('./fixtures/imported.mjs');
    assert.equal(imported.Receiver, required.Receiver);
    assert.equal(imported.listen, required.listen);
    assert.equal(imported.Sender, required.Sender);
    assert.equal(imported.VectorFd, required.VectorFd);
    assert.equal(imported.UintrError, required.UintrError);
    assert.equal(imported.capabilities, required.capabilities);
  });

  it('has no default export', () => {
    assert.equal('default' in required, false);
  });
});
