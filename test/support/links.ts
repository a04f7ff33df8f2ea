/** Checks that the links of a document lead somewhere within the repository. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Document, documents } from './markdown.js';
import { root } from './testbed.js';

/** Each link that leads nowhere, with its line and the reason. */
export const linkFaults = (document: Document): string[] =>
  document.links.flatMap(({ line, target }) => {
    const why = fault(document, target);
    return why === undefined ? [] : [`${document.name}:${line}: ${target}: ${why}`];
  });

/** Why a link leads nowhere; undefined when it leads somewhere. */
function fault(from: Document, target: string): string | undefined {
  if (/^(https?|mailto):/.test(target)) {
    return URL.canParse(target) ? undefined : 'it is no URL';
  }
  const [, file = '', anchor] = /^([^#]*)(?:#(.*))?$/.exec(target) ?? [];
  const name =
    file === '' ? from.name : path.join(path.dirname(from.name), decodeURIComponent(file));
  if (name.startsWith('..')) return 'it leads out of the repository';
  if (file !== '' && !existsSync(path.join(root, name))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  const document = file === '' ? from : documents.get(name);
  if (document === undefined) return /^L\d+(-L\d+)?$/.test(anchor) ? undefined : 'no document';
  return document.anchors.has(decodeURIComponent(anchor)) ? undefined : 'there is no such heading';
}
