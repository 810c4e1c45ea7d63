export { parseView } from './parse-view.ts';
export { givenSource, recordSource, runView, type ViewRow, type ViewRows } from './run-view.ts';
export type { View } from './view-tree.ts';
