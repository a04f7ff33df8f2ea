/* The functions that the parts of the testbed call in each other. */
#ifndef TB_CALLS_H
#define TB_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

/* deliver.c */
void tb_recognise(ucontext_t* uc); /* deliver what is pending, if UIF allows */
void tb_take_notification(ucontext_t* uc);
void tb_post(uint64_t uitte);
uint64_t tb_now(void);
long tb_call_interruptibly(const long args[7]);
long tb_call_plain(const long args[7]);
bool tb_is_interruptible(long nr, const long args[7]);
void tb_timer_drop(void);

/* uintr_calls.c */
int tb_uintr_call_of(long nr); /* enum tb_call, or -1 */
long tb_uintr_call(int call, const long* a);
int tb_uitt_attach(int uitt);
void tb_uitt_release(int uitt);

/* uvec.c */
long tb_uvec_create(int kind, uint32_t upid, unsigned vector);
int tb_uvec_of_fd(int fd);
void tb_uvec_reap(int uvec);
void tb_uvec_reap_all(void);
long tb_uvec_ioctl(int fd, unsigned long cmd);
long tb_fix_result(long nr, const long args[7], long result);
long tb_readlink(const long args[7]);
int tb_uvec_of_link(const char* link, long length);
char* tb_put(char* p, const char* text);
char* tb_put_number(char* p, uint64_t n);

/* procfs.c */
long tb_open(long nr, const long args[7]);

/* pku.c */
void tb_pku_init(void);
long tb_mmap(const long args[7]);

/* tasks.c */
long tb_sys_clone(ucontext_t* uc, const long* a);
long tb_sys_fork(void);
long tb_sys_exec(long nr, const long* a);
void tb_dispatch_on(void);

#endif
