// Bundles common/use.cjs by the bundler of the first argument, once as docs/bundlers.md says and once
// with the package inside. The first bundle works, the second says what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const entry = path.resolve('common/use.cjs');

/** Each writes out/NAME and returns its path. `external`: the package's name, or nothing. */
const BUNDLERS = {
  async esbuild(external, name) {
    const { build } = await import('esbuild');
    const outfile = `out/${name}.cjs`;
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', external });
    return outfile;
  },
  async rollup(external, name) {
    const { rollup } = await import('rollup');
    const { default: commonjs } = await import('@rollup/plugin-commonjs');
    const { default: resolve } = await import('@rollup/plugin-node-resolve');
    const plugins = [resolve({ preferBuiltins: true }), commonjs({ esmExternals: external })];
    const bundle = await rollup({ input: entry, external, plugins });
    const file = `out/${name}.mjs`;
    await bundle.write({ file, format: 'es' });
    await bundle.close();
    return file;
  },
  async vite(external, name) {
    const { build } = await import('vite');
    await build({
      logLevel: 'warn',
      ssr: { external, noExternal: true },
      build: {
        ssr: entry,
        outDir: 'out',
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
      },
    });
    return `out/${name}.mjs`;
  },
  async webpack(external, name) {
    const { default: webpack } = await import('webpack');
    const configuration = {
      mode: 'production',
      target: 'node',
      entry,
      output: { path: path.resolve('out'), filename: `${name}.cjs` },
      externals: Object.fromEntries(external.map((each) => [each, `commonjs ${each}`])),
    };
    await new Promise((resolve, reject) => {
      webpack(configuration, (error, stats) => {
        if (error) reject(error);
        else if (stats.hasErrors()) reject(new Error(stats.toString()));
        else resolve();
      });
    });
    return `out/${name}.cjs`;
  },
};

const bundle = BUNDLERS[process.argv[2]];
const run = (file) => spawnSync(process.execPath, [file], { encoding: 'utf8' });

const good = run(await bundle(['uintr'], 'external'));
assert.equal(good.stdout, 'used\n', good.stderr);
const bad = run(await bundle([], 'inside'));
assert.match(bad.stderr, /ERR_UINTR_UNSUPPORTED_PLATFORM/);
assert.match(bad.stderr, /mark 'uintr' as external/);
console.log('bundled');
