// Facts about hardware: a chain, in the order in which native/backends/hardware/detection.cc asks.
// Detection stops at the first missing link.

import { type Examination, told } from '../examine.js';
import { type Fact, fact, note, ok, problem } from '../fact.js';
import { howToBuild } from '../../../internal/package.js';

interface Link {
  readonly id: string;
  readonly label: string;
  readonly holds: boolean | null;
  /** The text when the link holds, and when it is missing. */
  readonly values: readonly [holds: string, missing: string];
  readonly advice: string;
  readonly data: string | boolean | null;
  /** Whether a missing link means that something is broken, not merely absent. */
  readonly broken?: boolean;
}

const NOTHING_LOST = 'Nothing needs it: the software backend does all that hardware does.';

export function hardwareFacts(examination: Examination): Fact[] {
  const [report] = told(examination, 'capabilities');
  if (report === undefined || report.capabilities.backend === null) return [];
  const { capabilities } = report;
  const { compiled, cpu, kernel } = capabilities;

  const links: readonly Link[] = [
    {
      id: 'addon.hardware',
      label: 'Hardware code',
      holds: compiled,
      values: ['in the addon', 'not in this addon'],
      advice:
        process.arch === 'x64' ? howToBuild() : `User interrupts exist on x86-64. ${NOTHING_LOST}`,
      data: compiled,
    },
    {
      id: 'cpu.uintr',
      label: 'CPU uintr',
      // The CPU has what the kernel enables, whatever CPUID says.
      holds: cpu.uintr || kernel.uintr,
      values: [
        cpu.uintr ? 'yes (CPUID.7.0:EDX[5])' : 'yes, though CPUID denies it',
        'no user interrupts (CPUID.7.0:EDX[5])',
      ],
      advice:
        'For hardware: Intel Sapphire Rapids or later; in a virtual machine the hypervisor has ' +
        `to pass user interrupts through. ${NOTHING_LOST}`,
      data: cpu.uintr,
    },
    {
      id: 'kernel.uintr',
      label: 'Kernel uintr',
      holds: kernel.uintr,
      values: ['yes (CR4.UINTR: TESTUI works)', 'no (CR4.UINTR: TESTUI faults)'],
      advice:
        'For hardware: a kernel with Intel’s uintr patches, which mainline Linux lacks ' +
        `(docs/hardware.md). ${NOTHING_LOST}`,
      data: kernel.uintr,
    },
    {
      id: 'kernel.abi',
      label: 'Kernel ABI',
      holds: kernel.abi !== null,
      values: [kernel.abi ?? '', 'neither uintr-next nor rfc-v1'],
      advice: `For hardware: a kernel with an interface that docs/hardware.md names. ${NOTHING_LOST}`,
      data: kernel.abi,
    },
    {
      id: 'selfTest',
      label: 'Self-test',
      holds: kernel.selfTest,
      values: ['passed: interrupts arrive', capabilities.reason],
      advice:
        'Kernel and CPU offer user interrupts, yet they do not arrive: software is used. Look for ' +
        'a newer build of that kernel, or a hypervisor that does not support them fully.',
      data: kernel.selfTest,
      broken: true,
    },
  ];

  let missing: Link | undefined;
  return links.map(({ id, label, holds, values, advice, data, broken }, i) =>
    fact(id, label, () => {
      const raw = { [id.split('.').at(-1) ?? id]: data };
      if (missing !== undefined) return note('not asked', missing.advice, raw);
      if (holds === true) return ok(values[0], raw);
      missing = links[i];
      return (broken === true ? problem : note)(values[1], advice, raw);
    }),
  );
}
