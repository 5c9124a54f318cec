import { inWords } from './markdown.mjs';

const WIDTH = 720;
/** Where the bars begin and end: names stand to the left of them, sums to the right. */
const [LEFT, RIGHT] = [212, 610];
const [BAR, STEP, HEADING] = [16, 26, 40];

/**
 * What a request costs each side, as bars in SVG: the server's part and PostgreSQL's.
 * @param grants rows of `benchGrants`
 * @param connections how many of them at a time; a row for any other number is left out
 */
export function plotGrants(grants, connections) {
  const rows = grants.filter((row) => row.connections === connections);
  const groups = Object.entries(Object.groupBy(rows, ({ grant }) => grant));
  const longest = Math.max(...rows.map(({ server, postgres }) => server + postgres));
  const scale = (RIGHT - LEFT) / longest;
  let y = 36;
  const parts = groups.map(([grant, sides]) => {
    const heading = text(0, y + 14, `${capitalised(grant)}, ${connections} at a time`, 'heading');
    y += HEADING - 12;
    const bars = sides.map((side) => {
      const at = y;
      y += STEP;
      return bar(at, side, scale);
    });
    y += HEADING - STEP;
    return [heading, ...bars].join('');
  });
  const legend = [
    rectangle(LEFT, 4, BAR, 'server'),
    text(LEFT + 24, 17, 'server'),
    rectangle(LEFT + 100, 4, BAR, 'database'),
    text(LEFT + 124, 17, 'PostgreSQL'),
    text(WIDTH, 17, 'µs of CPU a request', 'end'),
  ].join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img">
<title>CPU time of a request to the token endpoint, in µs</title>
<style>${STYLE}</style>
${legend}
${parts.join('\n')}
</svg>
`;
}

/** Readable on white and on the dark pages of the forges, which show it as a picture. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2937 }
  .heading { font-weight: 600 } .end { text-anchor: end } .ours { font-weight: 600 }
  .server { fill: #2f6b5b } .database { fill: #9cc5b8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e5e7eb } .server { fill: #58a892 } .database { fill: #2d5b4f }
  }
`;

function bar(y, { side, server, postgres }, scale) {
  const isOurs = side === 'ours';
  const end = LEFT + (server + postgres) * scale;
  return [
    text(LEFT - 12, y + 13, isOurs ? 'Flixcheck Connect' : side, isOurs ? 'end ours' : 'end'),
    rectangle(LEFT, y, server * scale, 'server'),
    rectangle(LEFT + server * scale, y, postgres * scale, 'database'),
    text(end + 8, y + 13, inWords(Math.round(server + postgres)), isOurs ? 'ours' : ''),
  ].join('');
}

function rectangle(x, y, width, name) {
  return `<rect class="${name}" x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="${BAR}"/>`;
}

function text(x, y, content, name = '') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text${name && ` class="${name}"`} x="${fixed(x)}" y="${y}">${escaped}</text>`;
}

const fixed = (value) => Number(value.toFixed(1));
const capitalised = (name) => name[0].toUpperCase() + name.slice(1);
