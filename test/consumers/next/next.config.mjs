import path from 'node:path';

export default {
  output: 'standalone',
  serverExternalPackages: ['uintr'],
  outputFileTracingRoot: import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
};
