declare module 'node-gyp-build' {
  interface Load {
    (root: string): unknown;
    resolve(root: string): string;
  }
  const load: Load;
  export = load;
}
