// Bundles the client: node build.mjs OUT_DIRECTORY. Assets are named by their content; what names them is not.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, '..', 'server', 'static');
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: 'none',
  target: ['chrome91', 'firefox90', 'safari15'],
  charset: 'utf8',
  logLevel: 'warning',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, 'src', 'public'), out, { recursive: true });

// The audio thread of the browser wants a file of its own, and the page its address.
const worklet = await build({
  ...common,
  entryPoints: { voice: 'src/call/side/voice_worklet.ts' },
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  metafile: true,
});
const address = (path) => `/assets/${path.split('/').at(-1)}`;


// What only the staff see, or who is in a call or opens a certain page, does not weigh on a first load: the code of those
// links it when it comes, by an address that it knows as STAFF_STYLES and so on.
const looks = await build({
  ...common,
  entryPoints: Object.fromEntries(['staff', 'security', 'own', 'call', 'supervise', 'mend', 'words', 'looks', 'help'].map((name) => [name, `src/styles/${name}.css`])),
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  metafile: true,
});
const addressOfLook = ([path, { entryPoint }]) => [`${entryPoint.split('/').at(-1).slice(0, -4).toUpperCase()}_STYLES`, JSON.stringify(address(path))];
const only = ({ metafile }) => JSON.stringify(address(Object.keys(metafile.outputs)[0]));

const { metafile } = await build({
  ...common,
  define: { VOICE_WORKLET: only(worklet), ...Object.fromEntries(Object.entries(looks.metafile.outputs).map(addressOfLook)) },
  entryPoints: { app: 'src/main.tsx' },
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  splitting: true,
  chunkNames: 'page-[hash]',
  metafile: true,
});
const outputs = Object.entries(metafile.outputs);
const entry = outputs.find(([, output]) => output.entryPoint === 'src/main.tsx');
const [main] = entry[1].imports.filter(({ kind }) => kind === 'import-statement');
// Everything of the page is in the one file that its later parts share; the entry itself only names it.
if (entry[1].imports.length !== 1 || entry[1].bytes > 200) throw new Error('the page is no longer in one file');
const css = outputs.find(([path]) => path === entry[1].cssBundle);
const unused = outputs.filter(([path]) => path === entry[0] || (path.endsWith('.css') && path !== css[0]));
for (const [path] of unused) rmSync(join(here, path));

const page = readFileSync(join(here, 'src', 'index.html'), 'utf8')
  .replace('{css}', address(css[0]))
  .replace('{js}', address(main.path));
writeFileSync(join(out, 'index.html'), page);

// What everybody needs, and what must be there when there is no network: the help card, and the page that one leaves to. The
// rest is kept by the worker when it is first used. The page names its files by their content, and they name theirs, so its
// own text, with what has no such name, is the name of this version.
const help = outputs.find(([, output]) => output.entryPoint === 'src/parts/help.ts');
const besides = help[1].imports.filter(({ kind, path }) => kind === 'import-statement' && path !== main.path).map(({ path }) => path);
const helpLook = Object.entries(looks.metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'src/styles/help.css');
const calc = ['calc.html', 'calc.css', 'calc.js', 'calc.svg'];
const files = [...[main.path, css[0], help[0], ...besides, helpLook[0]].map(address), ...calc.map((name) => `/${name}`)];
const unnamed = calc.map((name) => readFileSync(join(here, 'src', 'public', name)));
const version = createHash('sha256').update([page, ...unnamed].join('\n')).digest('hex').slice(0, 12);
await build({
  ...common,
  entryPoints: { sw: 'src/worker/sw.ts' },
  outdir: out,
  define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version) },
});
