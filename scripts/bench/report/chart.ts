// The chart of the ping-pong, as an SVG.

import { MODES } from '../modes.js';
import type { Results } from '../results.js';
import type { Row } from '../rows.js';

const COLORS = { uintr: '#d1495b', 'Node.js': '#30638e', C: '#7a8699' } as const;
type Family = keyof typeof COLORS;

const TITLES: Record<Row['mode'], string> = {
  spin: 'Two cores, nobody sleeps',
  'one core': 'One core, both sides sleep',
  'two cores': 'Two cores, both sides sleep (default: as it decides)',
};

const WIDTH = 900;
const LEFT = 282; // width of the labels
const RIGHT = 24;
const HEAD = 48;
const TITLE = 30;
const ROW = 18;
const AXIS = 34;
const FOOT = 26;

function familyOf(row: Row): Family {
  if (row.ours) return 'uintr';
  return row.class.startsWith('C') ? 'C' : 'Node.js';
}

function labelOf(row: Row): string {
  return familyOf(row) === 'C'
    ? row.contestant
    : `${row.contestant}, ${row.class.split(',', 1)[0] ?? ''}`;
}

/**
 * Draws the round trips: p50 as a dot and a line to p99, the fastest first, one panel per mode, all on
 * one logarithmic scale. The background is white on every page.
 */
export async function chart({ pingPong, machine, sides }: Results): Promise<string> {
  const { scaleLog } = await import('d3-scale'); // an ES module, which Node 20 cannot require
  const x = scaleLog()
    .domain([
      Math.min(...pingPong.map((row) => row.p50)) / 1.5,
      Math.max(...pingPong.map((row) => row.p99)),
    ])
    .range([LEFT, WIDTH - RIGHT])
    .nice();
  const position = (nanoseconds: number): string => x(nanoseconds).toFixed(1);

  let y = HEAD;
  const panels = MODES.flatMap((mode) => {
    const rows = pingPong.filter((row) => row.mode === mode).sort((a, b) => a.p50 - b.p50);
    if (rows.length === 0) return [];
    const top = y + TITLE;
    const bottom = top + rows.length * ROW;
    const moved = mode === 'spin' && sides !== undefined && sides.counted !== 'all';
    const where = moved ? `, the CPUs ${sides.counted}` : '';
    const title = text(16, y + 20, `${TITLES[mode]}${where}`, 'class="title"');
    const axis = x.ticks().flatMap((tick) => {
      const decade = Number.isInteger(Math.log10(tick));
      const line = `<path d="M${position(tick)} ${top}V${bottom}" class="${decade ? 'decade' : 'grid'}"/>`;
      return decade
        ? [line, text(position(tick), bottom + 16, inMicros(tick), 'class="tick"')]
        : [line];
    });
    const marks = rows.map((row, i) => {
      const middle = top + (i + 0.5) * ROW;
      const label = text(LEFT - 12, middle + 4, labelOf(row), 'text-anchor="end"');
      const range = `<path d="M${position(row.p50)} ${middle}H${position(row.p99)}"/>`;
      const dot = `<circle cx="${position(row.p50)}" cy="${middle}" r="4.5"/>`;
      const value = text(x(row.p50) - 9, middle + 4, inMicros(row.p50), 'class="value"');
      return `<g class="${CLASSES[familyOf(row)]}">${range}${dot}${label}${value}</g>`;
    });
    y = bottom + AXIS;
    return [title, ...axis, ...marks];
  });

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + FOOT}">`,
    STYLE,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(16, 28, 'One round trip of a ping-pong, in µs', 'class="head"'),
    ...legend(),
    ...panels,
    text(
      16,
      y + 10,
      `Dot: p50, line: to p99; log scale. ${machine.cpu} (${machine.hypervisor}), Linux ` +
        `${machine.kernel}, Node ${machine.node}, ${machine.backend ?? 'no'} backend.`,
      'class="foot"',
    ),
    '</svg>\n',
  ].join('\n');
}

const CLASSES: Record<Family, string> = { uintr: 'uintr', 'Node.js': 'node', C: 'c' };

const STYLE = `<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #222 }
.head { font-size: 17px; font-weight: 600 }
.title { font-size: 14px; font-weight: 600 }
.tick { text-anchor: middle; fill: #555 }
.value { text-anchor: end; font-size: 10px }
.foot { font-size: 11px; fill: #666 }
.grid { stroke: #f0f0f0 }
.decade { stroke: #ccc }
${Object.entries(CLASSES)
  .map(([family, name]) => {
    const color = COLORS[family as Family];
    const path = `.${name} path { stroke: ${color}; stroke-width: 3; stroke-opacity: 0.3 }`;
    return `.${name} circle, .${name} text { fill: ${color} }\n${path}`;
  })
  .join('\n')}
.uintr text { font-weight: 600 }
</style>`;

function legend(): string[] {
  return Object.keys(COLORS).map((family, i) => {
    const left = WIDTH - 250 + i * 85;
    const name = CLASSES[family as Family];
    return `<g class="${name}"><circle cx="${left}" cy="24" r="4.5"/>${text(left + 10, 28, family)}</g>`;
  });
}

function text(x: number | string, y: number, content: string, attributes = ''): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

function inMicros(nanoseconds: number): string {
  const micros = nanoseconds / 1000;
  return micros >= 100 ? micros.toFixed(0) : String(Number(micros.toPrecision(2)));
}
