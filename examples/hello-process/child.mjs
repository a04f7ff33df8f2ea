// The child of main.mjs: posts one interrupt.

import { inherited, Sender } from 'uintr';

new Sender(inherited().hello).send();
