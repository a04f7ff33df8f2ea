// The worker of main.mjs: posts one interrupt.

import { workerData } from 'node:worker_threads';
import { Sender } from 'uintr';

new Sender(workerData).send();
