// Bundles the client: node build.mjs OUT_DIRECTORY. Assets are named by their content; what names them is not.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const out = process.argv[2] ?? join(here, '..', 'server', 'static');
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: 'none',
  target: ['chrome90', 'firefox90', 'safari15'],
  charset: 'utf8',
  logLevel: 'warning',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, 'src', 'public'), out, { recursive: true });

const { metafile } = await build({
  ...common,
  entryPoints: { app: 'src/main.tsx' },
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  splitting: true,
  chunkNames: '[name]-[hash]',
  metafile: true,
});
const address = (path) => `/assets/${path.split('/').at(-1)}`;
const [entry, { imports, cssBundle }] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === 'src/main.tsx');
const shared = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => address(path));

const page = readFileSync(join(here, 'src', 'index.html'), 'utf8')
  .replace('{css}', address(cssBundle))
  .replace('{js}', address(entry))
  .replace('{shared}', shared.map((name) => `<link rel="modulepreload" href="${name}">\n`).join(''));
writeFileSync(join(out, 'index.html'), page);

// What everybody needs; the rest is kept by the worker when it is first used.
const assets = [address(entry), address(cssBundle), ...shared];
const files = [...assets, ...readdirSync(join(here, 'src', 'public')).map((name) => `/${name}`)];
const version = createHash('sha256').update(page);
for (const name of [...files, ...Object.keys(metafile.outputs).map(address)]) version.update(readFileSync(join(out, name)));
await build({
  ...common,
  entryPoints: { sw: 'src/worker/sw.ts' },
  outdir: out,
  define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version.digest('hex').slice(0, 12)) },
});
