import assert from 'node:assert/strict';
import { PATIENCE_MS } from '../support/patience.js';
import { ABIS, expectLines, run, workshop } from '../support/testbed.js';

describe('the user-interrupt testbed: the kernels', function () {
  this.timeout(2 * PATIENCE_MS);
  const sample = workshop('test/testbed/samples');

  for (const abi of ABIS) {
    const next = abi === 'uintr-next';

    describe(abi, () => {
      it('runs a program written as in the Plumbers talk', async () => {
        await expectLines(abi, [sample('talk'), abi], ['user interrupt: vector 5']);
      });

      it('shares a uintr fd by fork, and the target table as the kernel does', async () => {
        const shared = next ? ['the target table is shared'] : [];
        await expectLines(abi, [sample('fork_fd'), abi], ['interrupted by a child', ...shared]);
      });

      it('passes a uintr fd over a Unix socket to another program', async () => {
        await expectLines(
          abi,
          [sample('socket_fd'), abi],
          ['user interrupt from another program: vector 9'],
        );
      });

      it('answers wrong calls, and questions about the fd, as the kernel does', async () => {
        await expectLines(abi, [sample('errors'), abi], ['errors']);
      });

      it('coalesces, orders by priority, masks', async () => {
        await expectLines(
          abi,
          [sample('order'), abi],
          ['coalesced and in order of priority', 'masked and unmasked', 'flags and operands'],
        );
      });

      if (next) {
        it('has the calls that only uintr-next has', async () => {
          await expectLines(abi, [sample('extras'), abi], ['stacks', 'a table by fd']);
        });
      }

      it('implements uintr_wait', async () => {
        await expectLines(abi, [sample('wait'), abi], ['uintr_wait']);
      });

      for (const call of ['read', 'poll', 'epoll_wait', 'epoll_pwait', 'futex']) {
        it(`lets a receiver with flags 0 sleep on in ${call}`, async () => {
          await expectLines(abi, [sample('blocked'), abi, call, '0'], [`${call} slept on`]);
        });

        for (const flags of next ? ['0x1000', '0x2000'] : []) {
          it(`ends ${call} with EINTR for a receiver with flags ${flags}`, async () => {
            await expectLines(
              abi,
              [sample('blocked'), abi, call, flags],
              [`${call} was interrupted`],
            );
          });
        }
      }

      it('keeps registers, flags and the red zone, and loses no post', async () => {
        const result = await expectLines(abi, [sample('stress'), abi], ['none lost']);
        assert.match(result.stderr, /^\d+ posts, \d+ interrupts$/m);
      });

      it('keeps user interrupts and signals apart', async () => {
        await expectLines(
          abi,
          [sample('signals'), abi],
          [
            'delivered inside a signal handler',
            'delivered with all signals blocked',
            'delivered after a SIGILL of its own',
            'delivered on an alternate signal stack',
          ],
        );
      });

      it('handles unregistering, exits and closed fds as the kernel does', async () => {
        await expectLines(
          abi,
          [sample('lifetimes'), abi],
          [
            'registered again',
            'a receiver thread exited',
            'a receiver process was killed',
            `closing the last copy ${next ? 'changed nothing' : 'ended the connection'}`,
          ],
        );
      });

      it('loses no wake-up of receivers that sleep by the rules', async () => {
        await expectLines(abi, [sample('parking'), abi, '3000'], ['no wake-up was lost']);
        await expectLines(abi, [sample('parking'), abi, '100'], ['no wake-up was lost'], {
          knobs: ['--delay-notification=2000'],
        });
      });

      it('shows the wake-up that is lost without a fence', async () => {
        const command = [sample('parking'), abi, '100', 'without-fence'];
        await expectLines(abi, command, ['a wake-up was lost'], {
          knobs: ['--delay-notification=2000'],
        });
      });

      it('raises SIGILL where no thread registered as a sender', async () => {
        const faults = sample('faults');
        assert.equal((await run(abi, [faults, abi, 'never-registered'])).signal, 'SIGILL');
        await expectLines(abi, [faults, abi, 'never-registered-caught'], ['caught SIGILL']);
      });

      it('raises SIGSEGV for a freed index', async () => {
        const faults = sample('faults');
        assert.equal((await run(abi, [faults, abi, 'freed'])).signal, 'SIGSEGV');
        await expectLines(abi, [faults, abi, 'freed-caught'], ['caught SIGSEGV']);
      });

      it('kills the run where a real kernel would go down', async () => {
        for (const command of [
          [sample('faults'), abi, 'beyond'],
          [sample('exec'), abi, 'registered'],
        ]) {
          const result = await run(abi, command);
          assert.equal(result.code, 70);
          assert.match(result.stderr, /this takes a real kernel down: SENDUIPI/);
        }
        await expectLines(abi, [sample('exec'), abi, 'unregistered'], ['the new program']);
      });
    });
  }
});
