// Arrows: which source file uses which, read from #includes and imports, and compared with what each
// folder may use.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * What each folder may use: the folders named, and all that those may use. A name with a slash is a
 * folder within a folder; every other one takes in the folders below it. Files beside the folders
 * are layers by their own names (`index`).
 */
export type Layers = Readonly<Record<string, readonly string[]>>;

/** Each source file, and the source files that it uses. Paths are relative to the root. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** What cannot be followed is a finding too: it could hide an arrow. */
export interface Sources {
  readonly graph: Graph;
  readonly findings: readonly string[];
}

/** The files that a text names: undefined for one that is computed. */
type Reader = (text: string) => readonly (string | undefined)[];

/** Finds the file behind a name: '' for one from elsewhere, undefined if there is none. */
type Resolver = (from: string, name: string) => string | undefined;

/** The names of the folders in a folder. */
export const foldersIn = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

function read(root: string, kind: RegExp, namesIn: Reader, resolve: Resolver): Sources {
  const graph = new Map<string, string[]>();
  const findings: string[] = [];
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((each) => kind.test(each)).sort()) {
    const used = new Set<string>();
    for (const name of namesIn(readFileSync(path.join(root, file), 'utf8'))) {
      const target = name === undefined ? undefined : resolve(file, name);
      if (target === undefined)
        findings.push(`${file}: cannot follow ${name ?? 'what it computes'}`);
      if (target !== undefined && target !== '') used.add(target);
    }
    graph.set(file, [...used]);
  }
  return { graph, findings };
}

/** With the delimiters of each name: quotes mean that the file must be ours. */
export const includesIn: Reader = (text) => {
  const code = text.replace(/\/\*[^]*?\*\//g, '');
  return [...code.matchAll(/^[ \t]*#[ \t]*include\b[ \t]*(.*?)[ \t]*(?:\/\/.*)?$/gm)].map(
    ([, name = '']) => (/^("[^"]+"|<[^>]+>)$/.test(name) ? name : undefined),
  );
};

export const readCpp = (root: string): Sources =>
  read(root, /\.(h|cc)$/, includesIn, (from, delimited) => {
    const name = delimited.slice(1, -1);
    const isOwn = delimited.startsWith('"');
    // Angle brackets do not look beside the file that includes.
    const places = isOwn ? [name, path.join(path.dirname(from), name)] : [name];
    const found = places.find((place) => existsSync(path.join(root, place)));
    return found ?? (isOwn ? undefined : '');
  });

/** Of every kind: types, re-exports, `import()` of modules and of types, `require`. */
export const importsIn: Reader = (text) => {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
  const names = source.referencedFiles.map(({ fileName }): string | undefined => `./${fileName}`);
  const add = (name: ts.Node | undefined): void => {
    names.push(name && ts.isStringLiteralLike(name) ? name.text : undefined);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    else if (ts.isCallExpression(node)) {
      const { expression: called } = node;
      const isImport = called.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || (ts.isIdentifier(called) && called.text === 'require'))
        add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
};

export const readTypeScript = (root: string, self: string): Sources =>
  read(root, /\.[cm]?ts$/, importsIn, (from, name) => {
    if (name === self) return 'index.ts';
    if (!name.startsWith('.')) return '';
    const stem = path.join(path.dirname(from), name);
    const places = [stem, ...['.$1ts', '.d.$1ts'].map((end) => stem.replace(/\.([cm]?)js$/, end))];
    return places.find((place) => existsSync(path.join(root, place)));
  });

/** The layer of a file: the longest name that fits. */
function layerOf(layers: Layers, file: string): string | undefined {
  const stem = file.replace(/\.\w+$/, '');
  const fits = (name: string): boolean => file.startsWith(`${name}/`) || stem === name;
  return Object.keys(layers)
    .filter(fits)
    .sort((a, b) => b.length - a.length)[0];
}

/** All that a layer may use, itself included. */
function reach(layers: Layers, layer: string, seen = new Set<string>()): Set<string> {
  if (seen.has(layer)) return seen;
  seen.add(layer);
  for (const next of layers[layer] ?? []) reach(layers, next, seen);
  return seen;
}

/** The circles of a graph: at least one for each set of files that use each other. */
export function circlesIn(graph: Graph): string[] {
  const circles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const way: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    way.push(file);
    for (const used of graph.get(file) ?? []) visit(used);
    way.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file);
  return circles;
}

/** What is wrong: a sentence each. */
export function findingsIn({ graph, findings }: Sources, layers: Layers): string[] {
  const result = [...findings];
  for (const circle of circlesIn(new Map(Object.entries(layers)))) {
    result.push(`the table has a circle: ${circle}`);
  }
  const empty = new Set(Object.keys(layers));
  for (const [file, used] of graph) {
    const layer = layerOf(layers, file);
    if (layer === undefined) {
      result.push(`${file}: no line of the table is about its folder`);
      continue;
    }
    empty.delete(layer);
    const allowed = reach(layers, layer);
    for (const target of used) {
      const other = layerOf(layers, target);
      if (other === undefined || allowed.has(other)) continue;
      result.push(`${file} -> ${target}: ${layer} may not use ${other}`);
    }
  }
  for (const layer of empty) result.push(`the table has a line for ${layer}, where nothing is`);
  for (const circle of circlesIn(graph)) result.push(`a circle: ${circle}`);
  return result;
}
