// The public API for `import`. It re-exports the classes that `require` gets: the addon's handles
// must not exist twice.
export * from './index.js';
