// `import` and `require` get the same classes: an addon's handles must not exist twice.
export * from './index.js';
