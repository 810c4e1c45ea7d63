import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

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
    chunkSizeWarningLimit: 300,
  },
});
