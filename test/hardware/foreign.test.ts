import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lines, onHardware, program } from '../support/hardware.js';
import { ABIS, expectLines, workshop } from '../support/testbed.js';

describe('programs without this library', function () {
  const file = workshop('test/hardware/programs', 'foreign_sender', 'foreign_receiver');

  for (const abi of ABIS) {
    describe(abi, () => {
      // uintr-next lets a sender register although the receiver has unregistered.
      const closed = abi === 'uintr-next' ? 'registered' : 'ESHUTDOWN';
      const awake = ['awake sent 11', 'listening sent 11'];

      it('post through the bare uvec fd to a receiver that is awake', async () => {
        const output = await onHardware(abi, ['foreign-sender-peer', file('foreign_sender'), abi]);
        assert.deepEqual(lines(output), [...awake, `closed ${closed}`]);
      });

      for (const knob of ['', '--lose-blocked-wakeups', '--refuse-waiting-flags']) {
        it(`post to a receiver that sleeps, with foreignSenders ${knob}`, async () => {
          const output = await onHardware(
            abi,
            ['foreign-sender-peer', file('foreign_sender'), abi, 'foreign'],
            { knobs: knob === '' ? [] : [knob] },
          );
          const later = Array.from({ length: 10 }, () => 'later soon 11');
          assert.deepEqual(lines(output), [...awake, ...later, `closed ${closed}`]);
        });
      }

      for (const how of ['fd', 'socket']) {
        it(`receive from a sender that got the uvec fd by ${how}`, async () => {
          const receiver = [file('foreign_receiver'), abi, how];
          await expectLines(
            abi,
            [...receiver, process.execPath, program('bare-sender'), how],
            ['sent 9', 'interrupted: vector 9'],
          );
        });
      }

      it('that have exited give a sender ESHUTDOWN', async () => {
        const receiver = [file('foreign_receiver'), abi, 'exited'];
        await expectLines(
          abi,
          [...receiver, process.execPath, program('bare-sender'), 'fd'],
          ['ESHUTDOWN uintr_register_sender'],
        );
      });

      it('that pass another descriptor give a sender ERR_UINTR_NOT_A_VECTOR_FD', async () => {
        const command = ['sh', '-c', '"$0" "$@" 3</dev/null', process.execPath];
        await expectLines(
          abi,
          [...command, program('bare-sender'), 'fd'],
          ['ERR_UINTR_NOT_A_VECTOR_FD undefined'],
        );
      });
    });
  }

  it('are refused where there is no hardware', () => {
    const script = `try { new (require('uintr').Sender)(0) } catch (e) { console.log(e.code) }`;
    const output = execFileSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(output, 'ERR_UINTR_NOT_A_VECTOR_FD\n');
  });
});
