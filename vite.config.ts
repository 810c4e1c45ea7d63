import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// What people get is always the production build, also when tests, which set this to "test", start the building.
process.env['NODE_ENV'] = 'production';

/** Builds the web portal into `.cache/portal`, from where the server sends it. */
export default defineConfig({
  root: 'src/portal',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../.cache/portal',
    emptyOutDir: true,
    assetsDir: 'assets',
    // Browsers of the last three years: a reviver that sees the spelling of numbers, Map.groupBy, toSorted.
    target: ['chrome117', 'edge117', 'firefox135', 'safari18.4'],
    sourcemap: false,
    assetsInlineLimit: 0,
    // One style sheet, so that the order of layers is stated before any of them is filled.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files, each of which changes for one reason: the libraries, the platform, one for each national system
          // (without its texts, some of which the menu needs).
          groups: [
            { name: 'libraries', test: /node_modules/, priority: 3 },
            { name: 'platform', test: /src\/platform\//, priority: 2 },
            {
              name: (id) => /src\/systems\/([^/]+)\/(?:web\/(?!messages)|domain)/.exec(id)?.[1],
              debugName: 'systems',
              priority: 1,
            },
          ],
        },
      },
    },
  },
});
