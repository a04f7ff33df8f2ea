/*
 * The two kernel interfaces that carried UINTR, as numbers.
 *
 * rfc-v1:     Intel's RFC of September 2021, on Linux 5.14 (arch/x86/kernel/uintr_fd.c there).
 * uintr-next: Intel's later branch, on Linux 6.0 and ports (arch/x86/kernel/uintr.c there).
 */
#ifndef TB_ABI_H
#define TB_ABI_H

#include <stdint.h>

enum tb_abi { TB_ABI_NEXT = 0, TB_ABI_RFC = 1 };

enum {
  TB_NR_NEXT_FIRST = 471, /* register_handler ... ipi_fd, in the order of enum tb_call */
  TB_NR_NEXT_LAST = 479,
  TB_NR_RFC_FIRST = 449, /* register_handler ... wait */
  TB_NR_RFC_LAST = 454,
};

/* One name for the same call of both interfaces; the order is that of the numbers in both. */
enum tb_call {
  TB_REGISTER_HANDLER,
  TB_UNREGISTER_HANDLER,
  TB_CREATE_FD, /* uintr_create_fd on rfc-v1, uintr_vector_fd on uintr-next */
  TB_REGISTER_SENDER,
  TB_UNREGISTER_SENDER,
  TB_WAIT,
  TB_REGISTER_SELF,
  TB_ALT_STACK,
  TB_IPI_FD,
  TB_CALLS,
};

enum {
  TB_VECTORS = 64,
  TB_UITT_ENTRIES = 256,
  TB_FLAG_WAITING_RECEIVER = 0x1000,
  TB_FLAG_WAITING_SENDER = 0x2000,
  TB_FLAG_WAITING_ANY = 0x3000,
  TB_RED_ZONE = 128, /* what the kernel writes to IA32_UINTR_STACKADJUST */
  TB_WAIT_MAX_USEC = 1000000000,
  TB_RFC_WAIT_USEC = 100,
  TB_UIPI_SET_TARGET_TABLE = 0x7500, /* _IO('u', 0), uapi/asm/uintr.h of uintr-next */
};

/* UPID status bits: SDM volume 3, "User Posted-Interrupt Descriptor". */
enum { TB_ON = 1u << 0, TB_SN = 1u << 1 };

#endif
