/** The types of node-gyp-build, which has none of its own. */
declare module 'node-gyp-build' {
  interface Load {
    (root: string): unknown;
    resolve(root: string): string;
  }
  const load: Load;
  export = load;
}
