/** The folder of this package. */

import path from 'node:path';

/** The package's root folder. This file is compiled to dist/internal/. */
export const ROOT = path.resolve(__dirname, '../..');
