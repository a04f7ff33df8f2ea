/** Internals of the compiled library, for tests of what nobody can reach from outside. */

import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './testbed.js';

const load = createRequire(__filename);
const channels = (name: string): unknown => load(path.join(root, `dist/channels/${name}.js`));

export const { RingWriter } = channels(
  'ring-writer',
) as typeof import('../../lib/channels/ring-writer.js');
export const { RingReader } = channels(
  'ring-reader',
) as typeof import('../../lib/channels/ring-reader.js');
export const { Inbox, NOTHING } = channels('inbox') as typeof import('../../lib/channels/inbox.js');
export const { Region } = channels('region') as typeof import('../../lib/channels/region.js');
export const { checkCodec } = channels('codecs') as typeof import('../../lib/channels/codecs.js');
export const layout = channels('layout') as typeof import('../../lib/channels/layout.js');

/** A commit word. */
export const frame = (kind: number, length: number): number =>
  kind | (length << layout.LENGTH_SHIFT);
