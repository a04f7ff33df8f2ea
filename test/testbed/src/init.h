/* Facts that the constructor found out about this library and the run. */
#ifndef TB_INIT_H
#define TB_INIT_H

extern char tb_library[512];        /* the path by which it was preloaded */
extern char tb_state_variable[160]; /* "UINTR_TESTBED=..." */

#endif
