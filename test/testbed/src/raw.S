/*
 * The `syscall` instructions of the testbed, in one range of addresses. Syscall User Dispatch lets
 * calls from this range through and traps all others (Documentation/admin-guide/
 * syscall-user-dispatch.rst). It looks at the address *after* the instruction, hence the nop at
 * the end.
 */
	.text
	.globl tb_range_start, tb_range_end, tb_raw6, tb_raw_interruptible, tb_raw_clone
	.globl tb_raw_sigreturn, tb_restorer, tb_window_start, tb_window_end, tb_window_abort
	.hidden tb_range_start, tb_range_end, tb_raw6, tb_raw_interruptible, tb_raw_clone
	.hidden tb_raw_sigreturn, tb_restorer, tb_window_start, tb_window_end, tb_window_abort
	.hidden tb_child_start

tb_range_start:
	.type tb_raw6, @function
tb_raw6:
	.cfi_startproc
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	8(%rsp), %r9
	syscall
	ret
	.cfi_endproc
	.size tb_raw6, . - tb_raw6

	.type tb_raw_interruptible, @function
tb_raw_interruptible:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	mov	%rsi, %rbx
	mov	%rdi, %r11
	mov	8(%r11), %rdi
	mov	16(%r11), %rsi
	mov	24(%r11), %rdx
	mov	32(%r11), %r10
	mov	40(%r11), %r8
	mov	48(%r11), %r9
	mov	0(%r11), %rax
tb_window_start:
	cmpq	$0, (%rbx)
	jne	tb_window_abort
	syscall
tb_window_end:
	pop	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	ret
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
tb_window_abort:
	mov	$-4096, %rax		/* TB_NOT_MADE */
	jmp	tb_window_end
	.cfi_endproc
	.size tb_raw_interruptible, . - tb_raw_interruptible

	.type tb_raw_clone, @function
tb_raw_clone:
	.cfi_startproc
	mov	%rdx, %rax
	mov	%rcx, %r10
	mov	%rax, %rdx
	mov	$56, %eax
	syscall
	test	%rax, %rax
	jz	1f
	ret
1:	.cfi_undefined %rip
	xor	%ebp, %ebp
	mov	(%rsp), %rdi
	and	$-16, %rsp
	call	tb_child_start
	hlt
	.cfi_endproc
	.size tb_raw_clone, . - tb_raw_clone

	.type tb_raw_sigreturn, @function
tb_raw_sigreturn:
	mov	%rdi, %rsp
	/* Unwinders recognise a signal frame by exactly these bytes: no unwind information. */
	.type tb_restorer, @function
tb_restorer:
	mov	$15, %rax
	syscall
	nop
tb_range_end:
	.section .note.GNU-stack,"",@progbits
